"""Exports the trained model to ONNX and runs it by ONNX Runtime."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch

from data import batch

BATCH = 8
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4


def export(model: torch.nn.Module, folder: Path) -> Path:
    """Writes ``model.onnx``; any batch size may be asked of it."""
    path = folder / "model.onnx"
    example = torch.from_numpy(batch(np.random.default_rng(0), BATCH)[0])
    torch.onnx.export(
        model.cpu(),
        (example,),
        path,
        input_names=["inputs"],
        output_names=["scores"],
        dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
        external_data=False,
        verbose=False,
    )
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, from the exported file alone."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"inputs": inputs})[0]


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

"""Exports the trained model as a program that PyTorch loads without the model's code."""

from pathlib import Path

import numpy as np
import torch

from data import batch

BATCH = 8
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-5


def export(model: torch.nn.Module, folder: Path) -> Path:
    """Writes ``model.pt2``; any batch size may be asked of it."""
    path = folder / "model.pt2"
    example = torch.from_numpy(batch(np.random.default_rng(0), BATCH)[0])
    shapes = ({0: torch.export.Dim("batch", min=1)},)
    torch.export.save(torch.export.export(model.cpu(), (example,), dynamic_shapes=shapes), path)
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, from the exported file alone."""
    program = torch.export.load(path).module()
    with torch.inference_mode():
        return program(torch.from_numpy(inputs)).numpy()


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

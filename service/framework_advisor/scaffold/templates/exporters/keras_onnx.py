"""Exports the trained model to ONNX and runs it by ONNX Runtime."""

import backend  # noqa: F401  # isort: skip  # before keras
from pathlib import Path

import keras
import numpy as np
import onnxruntime

from data import SHAPE

BATCH = 1
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4


def export(model: keras.Model, folder: Path) -> Path:
    """Writes ``model.onnx``; the batch size is fixed, since attention on PyTorch needs it so."""
    path = folder / "model.onnx"
    signature = [keras.InputSpec(shape=(BATCH, *SHAPE), dtype=model.inputs[0].dtype)]
    model.export(path, format="onnx", verbose=False, input_signature=signature)
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, from the exported file alone."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    return session.run(None, {given.name: inputs})[0]


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

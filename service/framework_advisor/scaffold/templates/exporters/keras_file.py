"""Saves the trained model as a .keras file, which every backend reads."""

import backend  # noqa: F401  # isort: skip  # before keras
from pathlib import Path

import keras
import numpy as np

BATCH = 8
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-5


def export(model: keras.Model, folder: Path) -> Path:
    """Writes ``model.keras``: architecture, weights and the optimizer's state."""
    path = folder / "model.keras"
    model.save(path)
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, from the file alone."""
    loaded = keras.saving.load_model(path)
    return keras.ops.convert_to_numpy(loaded(inputs, training=False))


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

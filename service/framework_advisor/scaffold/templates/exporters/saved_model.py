"""Exports the trained model as a SavedModel, which TensorFlow Serving reads."""

import backend  # noqa: F401  # isort: skip  # before keras
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

BATCH = 8
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4


def export(model: keras.Model, folder: Path) -> Path:
    """Writes ``saved_model/1``; any batch size may be asked of it."""
    path = folder / "saved_model" / "1"
    model.export(path, format="tf_saved_model", verbose=False)
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, from the exported files alone."""
    loaded = tf.saved_model.load(str(path))  # named, or its variables would be gone
    return loaded.serve(tf.constant(inputs)).numpy()


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

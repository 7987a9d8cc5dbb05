"""Exports the trained function as a SavedModel by jax2tf, which TensorFlow Serving reads."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from flax import nnx
from jax.experimental import jax2tf

from data import batch

BATCH = 8
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4


def module(model: nnx.Module) -> tf.Module:
    """The function as TensorFlow's, its weights as constants; any batch size."""
    graph, state = nnx.split(model)
    example = batch(np.random.default_rng(0), BATCH)[0]
    shape = f"(batch, {', '.join(map(str, example.shape[1:]))})"
    converted = jax2tf.convert(
        lambda inputs: nnx.merge(graph, state)(inputs), polymorphic_shapes=[shape]
    )
    signature = tf.TensorSpec((None, *example.shape[1:]), example.dtype, name="inputs")
    found = tf.Module()
    found.serve = tf.function(converted, autograph=False, input_signature=[signature])
    return found


def export(model: nnx.Module, folder: Path) -> Path:
    """Writes ``saved_model/1``."""
    path = folder / "saved_model" / "1"
    served = module(model)
    tf.saved_model.save(served, str(path), signatures={"serving_default": served.serve})
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, from the exported files alone."""
    loaded = tf.saved_model.load(str(path))  # named, or its variables would be gone
    return loaded.serve(tf.constant(inputs)).numpy()


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

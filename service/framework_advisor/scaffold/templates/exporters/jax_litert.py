"""Converts the trained function to .tflite by jax2tf, and runs it by LiteRT."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from flax import nnx
from jax.experimental import jax2tf

from data import batch

BATCH = 1
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4


def export(model: nnx.Module, folder: Path) -> Path:
    """Writes ``model.tflite``, float32; the batch size is fixed."""
    path = folder / "model.tflite"
    graph, state = nnx.split(model)
    example = batch(np.random.default_rng(0), BATCH)[0]
    # Without native serialisation the operations are TensorFlow's own, which the converter knows.
    converted = jax2tf.convert(
        lambda inputs: nnx.merge(graph, state)(inputs), native_serialization=False
    )
    function = tf.function(
        converted,
        autograph=False,
        input_signature=[tf.TensorSpec(example.shape, example.dtype, name="inputs")],
    )
    holder = tf.Module()
    holder.function = function
    concrete = function.get_concrete_function()
    path.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([concrete], holder).convert())
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, by LiteRT's interpreter."""
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    (given,), (asked,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.set_tensor(given["index"], inputs)
    interpreter.invoke()
    return interpreter.get_tensor(asked["index"])


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

"""Converts the trained model to .tflite in 8-bit integers, for microcontrollers and their like."""

import backend  # noqa: F401  # isort: skip  # before keras
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from data import SHAPE, batch

BATCH = 1
#: Largest difference to the trained model, relative to its largest score: 8 bits are coarse.
TOLERANCE = 0.15


def export(model: keras.Model, folder: Path) -> Path:
    """Writes ``model.tflite``; weights, activations, input and output are int8."""
    path = folder / "model.tflite"
    rng = np.random.default_rng(0)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([batch(rng, 1)[0]] for _ in range(100))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    if keras.backend.standardize_dtype(model.inputs[0].dtype) == "float32":
        converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    path.write_bytes(converter.convert())
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, by the interpreter on this machine: the same integers, another processor."""
    interpreter = Interpreter(str(path))
    (given,), (asked,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(given["index"], (len(inputs), *SHAPE))
    interpreter.allocate_tensors()
    if given["dtype"] == np.int8:
        scale, zero = given["quantization"]
        inputs = np.clip(np.round(inputs / scale) + zero, -128, 127).astype(np.int8)
    interpreter.set_tensor(given["index"], inputs)
    interpreter.invoke()
    scale, zero = asked["quantization"]
    return scale * (interpreter.get_tensor(asked["index"]).astype(np.float32) - zero)


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

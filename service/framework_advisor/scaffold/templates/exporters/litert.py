"""Converts the trained model to .tflite and runs it by LiteRT."""

import backend  # noqa: F401  # isort: skip  # before keras
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

BATCH = 1
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4


def export(model: keras.Model, folder: Path) -> Path:
    """Writes ``model.tflite``, float32; the interpreter can be resized to another batch."""
    path = folder / "model.tflite"
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, by LiteRT's interpreter."""
    interpreter = Interpreter(str(path))
    (given,), (asked,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(given["index"], inputs.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], inputs)
    interpreter.invoke()
    return interpreter.get_tensor(asked["index"])


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

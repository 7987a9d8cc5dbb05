"""Saves the model, loads it under Keras's TensorFlow backend, and converts it to .tflite."""

import backend  # noqa: F401  # isort: skip  # before keras
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter

BATCH = 1
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4
#: In a process of its own: one process has one backend.
_CONVERT = """
import sys, keras, tensorflow as tf
model = keras.saving.load_model(sys.argv[1])
open(sys.argv[2], "wb").write(tf.lite.TFLiteConverter.from_keras_model(model).convert())
"""


def export(model: keras.Model, folder: Path) -> Path:
    """Writes ``model.keras``, and ``model.tflite`` from it."""
    source, path = folder / "model.keras", folder / "model.tflite"
    model.save(source)
    environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
    subprocess.run([sys.executable, "-c", _CONVERT, source, path], env=environment, check=True)
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

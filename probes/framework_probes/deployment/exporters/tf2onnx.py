"""tf2onnx, from a traced ``tf.function``."""

from __future__ import annotations

import tensorflow as tf
import tf2onnx

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """Any number of rows."""
    spec = tf.TensorSpec((None, *making.example().shape[1:]), tf.float32, name="x")
    tf2onnx.convert.from_function(
        tf.function(making.source()),
        input_signature=[spec],
        opset=18,
        output_path=str(making.folder / "model.onnx"),
    )
    return Artefact(batches=True)

"""TensorFlow's converter to LiteRT, float32 or int8 throughout."""

from __future__ import annotations

import tensorflow as tf

from framework_probes.deployment.artefacts import Artefact, Making
from framework_probes.probe import Native


def export(making: Making) -> Artefact:
    """One row at a time; ``precision`` is ``int8`` for weights, activations, input and output."""
    converter = _converter(making)
    if making.options.get("precision") == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([row[None]] for row in making.calibration())
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    (making.folder / "model.tflite").write_bytes(converter.convert())
    return Artefact()


def _converter(making: Making) -> Native:
    if making.before is not None:
        return tf.lite.TFLiteConverter.from_saved_model(str(making.before[0]))
    source = making.source()
    if making.framework == "keras":
        return tf.lite.TFLiteConverter.from_keras_model(source)
    spec = tf.TensorSpec(making.example().shape, tf.float32, name="x")
    function = source.__call__.get_concrete_function(spec)
    return tf.lite.TFLiteConverter.from_concrete_functions([function], source)

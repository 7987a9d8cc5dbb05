"""TensorFlow's SavedModel: of a ``tf.Module`` by its own saver, of a Keras model by ``export``."""

from __future__ import annotations

import tensorflow as tf

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """With one signature, for any number of rows unless ``batch`` is ``fixed``."""
    source = making.source()
    fixed = making.options.get("batch") == "fixed"
    if making.framework == "keras":
        source.export(making.folder, format="tf_saved_model", verbose=False)
        return Artefact(batches=True)
    rows = 1 if fixed else None
    shape = (rows, *making.example().shape[1:])
    signature = source.__call__.get_concrete_function(tf.TensorSpec(shape, tf.float32, name="x"))
    tf.saved_model.save(source, making.folder, signatures=signature)
    return Artefact(batches=not fixed)

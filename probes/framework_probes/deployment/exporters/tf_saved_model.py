"""TensorFlow's SavedModel: of a ``tf.Module`` by its own saver, of a Keras model by ``export``."""

from __future__ import annotations

import tensorflow as tf

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """With one signature, for any number of rows unless ``batch`` is ``fixed``."""
    source = making.source()
    fixed = making.options.get("batch") == "fixed"
    if making.framework == "keras" and not fixed:
        source.export(making.folder, format="tf_saved_model", verbose=False)
        return Artefact(batches=True)
    spec = tf.TensorSpec((1 if fixed else None, *making.example().shape[1:]), tf.float32, name="x")
    if making.framework == "keras":
        import keras

        # What ``export`` does, which leaves the number of rows open.
        archive = keras.export.ExportArchive()
        archive.track(source)
        archive.add_endpoint("serve", source.call, input_signature=[spec])
        archive.write_out(making.folder, verbose=False)
    else:
        signature = source.__call__.get_concrete_function(spec)
        tf.saved_model.save(source, making.folder, signatures=signature)
    return Artefact(batches=not fixed)

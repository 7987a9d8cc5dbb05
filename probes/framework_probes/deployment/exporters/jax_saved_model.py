"""A JAX function inside of a SavedModel, by ``jax2tf``."""

from __future__ import annotations

import tensorflow as tf
from jax.experimental import jax2tf

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """Any number of rows unless ``batch`` is ``fixed``."""
    fixed = making.options.get("batch") == "fixed"
    sizes = making.example().shape[1:]
    shapes = None if fixed else [f"(batch, {', '.join(map(str, sizes))})"]
    converted = jax2tf.convert(making.source(), with_gradient=False, polymorphic_shapes=shapes)
    module = tf.Module()
    spec = tf.TensorSpec((1 if fixed else None, *sizes), tf.float32, name="x")
    module.serve = tf.function(converted, autograph=False, input_signature=[spec])
    tf.saved_model.save(module, making.folder, signatures=module.serve)
    return Artefact(batches=not fixed)

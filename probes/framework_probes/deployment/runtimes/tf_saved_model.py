"""TensorFlow runs a SavedModel by its serving signature; the model's code is not there."""

from __future__ import annotations

import time

import tensorflow as tf

from framework_probes.deployment.artefacts import Served, Task


def run(task: Task) -> Served:
    """One thread."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    start = time.perf_counter()
    loaded = tf.saved_model.load(str(task.folder))
    serving = loaded.signatures["serving_default"]
    (name,) = serving.structured_input_signature[1]
    (result,) = serving.structured_outputs
    return task.serve(lambda rows: serving(**{name: tf.constant(rows)})[result].numpy(), start)

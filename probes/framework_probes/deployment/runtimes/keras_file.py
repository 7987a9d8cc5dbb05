"""Keras loads its own file, on another back end than the one that wrote it."""

from __future__ import annotations

import time

import keras

from framework_probes.deployment.artefacts import Served, Task
from framework_probes.deployment.runtimes.source import asked


def run(task: Task) -> Served:
    """One thread; as the framework itself is asked."""
    start = time.perf_counter()
    model = keras.saving.load_model(task.one(), compile=False)
    return asked(task, "keras", task.options["backend"], model, start)

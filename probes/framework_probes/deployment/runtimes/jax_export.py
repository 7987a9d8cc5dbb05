"""JAX runs what ``jax.export`` serialized; the model's code is not there."""

from __future__ import annotations

import time

import jax
import numpy as np
from jax import export as exporting

from framework_probes.deployment.artefacts import Served, Task


def run(task: Task) -> Served:
    """Compiled by XLA for each number of rows."""
    start = time.perf_counter()
    program = jax.jit(exporting.deserialize(bytearray(task.one().read_bytes())).call)
    return task.serve(lambda rows: np.asarray(program(rows)), start)

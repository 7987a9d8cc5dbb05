"""Softmax over the rows of a matrix."""

from __future__ import annotations

import numpy as np

from framework_probes import reference_math
from framework_probes.operation import operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

ROWS, COLUMNS = 6144, 1024


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"x": normal(generator, ROWS, COLUMNS)}


def _solve(inputs: Arrays) -> dict[str, Array]:
    return {"y": reference_math.softmax(inputs["x"])}


def _pytorch(adapter: Adapter) -> Native:
    return lambda x: adapter.module.softmax(x, -1)


def _frameworks_nn(adapter: Adapter) -> Native:
    return adapter.module.nn.softmax


def _keras(adapter: Adapter) -> Native:
    return adapter.operations.softmax


PROBE = Probe(
    id="softmax",
    title="Softmax",
    measures="Softmax over the last axis, forward.",
    shape=f"{ROWS}x{COLUMNS}, over rows",
    dtype="float32",
    # Of each number: compared, less the maximum, its exponential, added, divided.
    flops=5 * ROWS * COLUMNS,
    bytes=2 * ROWS * COLUMNS * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("transformer", 0.2), ("llm", 0.2), ("speech", 0.1), ("other", 0.1)),
    tolerances={"float32": 2e-5},
    cost_s=12.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("x",),
    builders={
        "pytorch": operation(_pytorch, "y"),
        "tensorflow": operation(_frameworks_nn, "y"),
        "jax": operation(_frameworks_nn, "y"),
        "keras": operation(_keras, "y"),
    },
)
PROBES = (PROBE,)

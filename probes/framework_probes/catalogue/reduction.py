"""The sum of a large array over its first axis: all of it is read and next to nothing written."""

from __future__ import annotations

import numpy as np

from framework_probes.operation import operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

ROWS, COLUMNS = 12_288, 1024


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"x": normal(generator, ROWS, COLUMNS)}


def _solve(inputs: Arrays) -> dict[str, Array]:
    return {"sum": inputs["x"].sum(axis=0)}


def _sum(adapter: Adapter) -> Native:
    return lambda x: adapter.operations.sum(x, axis=0)


def _tensorflow(adapter: Adapter) -> Native:
    return lambda x: adapter.module.reduce_sum(x, axis=0)


PROBE = Probe(
    id="reduction",
    title="Reduction",
    measures="The sum of a matrix over its rows.",
    shape=f"{ROWS}x{COLUMNS}, over the first axis",
    dtype="float32",
    flops=ROWS * COLUMNS,
    bytes=(ROWS + 1) * COLUMNS * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("scientific", 0.3), ("gnn", 0.2), ("other", 0.1)),
    tolerances={"float32": 2e-5},
    cost_s=13.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("x",),
    builders={
        "pytorch": operation(_sum, "sum"),
        "tensorflow": operation(_tensorflow, "sum"),
        "jax": operation(_sum, "sum"),
        "keras": operation(_sum, "sum"),
    },
)
PROBES = (PROBE,)

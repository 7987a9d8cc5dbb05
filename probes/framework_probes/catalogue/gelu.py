"""The exact GELU of a matrix of activations, not its tanh approximation."""

from __future__ import annotations

import numpy as np

from framework_probes import reference_math
from framework_probes.operation import operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

TOKENS, WIDTH = 4096, 1024


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"x": normal(generator, TOKENS, WIDTH)}


def _solve(inputs: Arrays) -> dict[str, Array]:
    return {"y": reference_math.gelu(inputs["x"])}


def _pytorch(adapter: Adapter) -> Native:
    return adapter.module.nn.functional.gelu


def _frameworks_nn(adapter: Adapter) -> Native:
    return lambda x: adapter.module.nn.gelu(x, approximate=False)


def _keras(adapter: Adapter) -> Native:
    return lambda x: adapter.operations.gelu(x, approximate=False)


PROBE = Probe(
    id="gelu",
    title="GELU",
    measures="The exact GELU of every number, forward.",
    shape=f"{TOKENS}x{WIDTH}",
    dtype="float32",
    # A division, the error function counted as one, an addition, two products.
    flops=5 * TOKENS * WIDTH,
    bytes=2 * TOKENS * WIDTH * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("transformer", 0.2), ("llm", 0.2), ("mlp", 0.2), ("other", 0.1)),
    tolerances={"float32": 2e-5},
    cost_s=13.0,
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

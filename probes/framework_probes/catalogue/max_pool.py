"""The largest of every 2 x 2 pixels."""

from __future__ import annotations

import numpy as np

from framework_probes.operation import image_operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal
from framework_probes.reference_math import pool

BATCH, SIDE, CHANNELS = 48, 56, 64


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"x": normal(generator, BATCH, SIDE, SIDE, CHANNELS)}


def _solve(inputs: Arrays) -> dict[str, Array]:
    return {"y": pool(inputs["x"])}


def _pytorch(adapter: Adapter) -> Native:
    return lambda x: adapter.module.nn.functional.max_pool2d(x, 2)


def _tensorflow(adapter: Adapter) -> Native:
    pool2d, layout = adapter.module.nn.max_pool2d, adapter.layout or "NHWC"
    return lambda x: pool2d(x, 2, 2, "VALID", data_format=layout)


def _jax(adapter: Adapter) -> Native:
    lax = adapter.module.lax
    window = (1, 1, 2, 2) if adapter.layout == "NCHW" else (1, 2, 2, 1)
    return lambda x: lax.reduce_window(x, -np.inf, lax.max, window, window, "VALID")


def _keras(adapter: Adapter) -> Native:
    max_pool = adapter.operations.max_pool
    order = "channels_first" if adapter.layout == "NCHW" else "channels_last"
    return lambda x: max_pool(x, (2, 2), strides=(2, 2), data_format=order)


_NUMBERS = BATCH * SIDE * SIDE * CHANNELS

PROBE = Probe(
    id="max_pool",
    title="Max pooling",
    measures="The maximum of windows of 2x2 pixels, stride 2, forward.",
    shape=f"{BATCH}x{SIDE}x{SIDE}x{CHANNELS}",
    dtype="float32",
    # Three comparisons for a result, of which there is one for four numbers.
    flops=3 * _NUMBERS // 4,
    bytes=5 * _NUMBERS,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("cnn", 0.2), ("other", 0.1)),
    tolerances={"float32": 2e-5},
    cost_s=12.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("x",),
    layouts=("NCHW",),
    builders={
        "pytorch": image_operation(_pytorch),
        "tensorflow": image_operation(_tensorflow),
        "jax": image_operation(_jax),
        "keras": image_operation(_keras),
    },
)
PROBES = (PROBE,)

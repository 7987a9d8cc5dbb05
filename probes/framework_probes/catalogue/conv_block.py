"""Convolution 3x3, batch normalisation, ReLU: the brick of residual networks, in inference.

The neutral layout is NHWC with kernels HWIO; each framework gets its own native layout, and
transposing happens outside the timed step. Batch normalisation uses its stored statistics.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes.frameworks import keras
from framework_probes.probe import (
    Adapter,
    Array,
    Arrays,
    Native,
    Probe,
    Program,
    normal,
    total_bytes,
)
from framework_probes.reference_math import convolve

BATCH, SIDE, CHANNELS = 8, 28, 64
EPSILON = 1e-3
WEIGHTS = ("kernel", "scale", "shift", "mean", "variance")


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    fan_in = 9 * CHANNELS
    return {
        "x": normal(generator, BATCH, SIDE, SIDE, CHANNELS),
        "kernel": normal(generator, 3, 3, CHANNELS, CHANNELS, scale=fan_in**-0.5),
        "scale": normal(generator, CHANNELS, scale=0.1, mean=1.0),
        "shift": normal(generator, CHANNELS, scale=0.1),
        "mean": normal(generator, CHANNELS, scale=0.1),
        "variance": np.float32(0.1) + np.abs(normal(generator, CHANNELS, scale=0.1, mean=1.0)),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    padded = np.pad(inputs["x"], ((0, 0), (1, 1), (1, 1), (0, 0)))
    z = convolve(padded, inputs["kernel"])
    z = (z - inputs["mean"]) / np.sqrt(inputs["variance"] + EPSILON)
    return {"y": np.maximum(z * inputs["scale"] + inputs["shift"], 0.0)}


def _pytorch(adapter: Adapter, inputs: Arrays) -> Program:
    functional = adapter.module.nn.functional

    def forward(x: Native, w: dict[str, Native]) -> Native:
        z = functional.conv2d(x, w["kernel"], padding=1)
        z = functional.batch_norm(z, w["mean"], w["variance"], w["scale"], w["shift"], eps=EPSILON)
        return functional.relu(z)

    def on(data: Arrays) -> Callable[[], Native]:
        # A permuted view of NHWC memory is what torch calls channels_last.
        x = adapter.array(data["x"]).permute(0, 3, 1, 2)
        return lambda: block(x, weights)

    weights = {name: adapter.array(inputs[name]) for name in WEIGHTS}
    kernel = np.ascontiguousarray(inputs["kernel"].transpose(3, 0, 1, 2))
    weights["kernel"] = adapter.array(kernel).permute(0, 3, 1, 2)
    block = adapter.compile(forward)
    return Program(
        step=on(inputs),
        on=on,
        read=lambda y: {"y": adapter.neutral(y).transpose(0, 2, 3, 1)},
        layout="NCHW, channels_last memory",
    )


def _tensorflow(adapter: Adapter, inputs: Arrays) -> Program:
    nn = adapter.module.nn

    def forward(x: Native, w: dict[str, Native]) -> Native:
        z = nn.conv2d(x, w["kernel"], strides=1, padding="SAME")
        z, _, _ = adapter.module.compat.v1.nn.fused_batch_norm(
            z, w["scale"], w["shift"], w["mean"], w["variance"], EPSILON, is_training=False
        )
        return nn.relu(z)

    return _channels_last(adapter, inputs, forward)


def _jax(adapter: Adapter, inputs: Arrays) -> Program:
    jax = adapter.module

    def forward(x: Native, w: dict[str, Native]) -> Native:
        z = jax.lax.conv_general_dilated(
            x, w["kernel"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        z = (z - w["mean"]) * (w["scale"] * jax.lax.rsqrt(w["variance"] + EPSILON)) + w["shift"]
        return jax.nn.relu(z)

    return _channels_last(adapter, inputs, forward)


def _channels_last(
    adapter: Adapter, inputs: Arrays, forward: Callable[[Native, dict[str, Native]], Native]
) -> Program:
    weights = {name: adapter.array(inputs[name]) for name in WEIGHTS}
    block = adapter.compile(forward)

    def on(data: Arrays) -> Callable[[], Native]:
        x = adapter.array(data["x"])
        return lambda: block(x, weights)

    return Program(
        step=on(inputs),
        on=on,
        read=lambda y: {"y": adapter.neutral(y)},
        layout="NHWC",
    )


def _keras(adapter: Adapter, inputs: Arrays) -> Program:
    layers = adapter.module.layers
    model = adapter.module.Sequential(
        [
            layers.Input((SIDE, SIDE, CHANNELS)),
            layers.Conv2D(CHANNELS, 3, padding="same", use_bias=False),
            layers.BatchNormalization(epsilon=EPSILON),
            layers.ReLU(),
        ]
    )
    model.set_weights([inputs[name] for name in WEIGHTS])
    block = keras.inference(adapter, model)

    def on(data: Arrays) -> Callable[[], Native]:
        x = adapter.array(data["x"])
        return lambda: block(x)

    return Program(
        step=on(inputs), on=on, read=lambda y: {"y": keras.output(adapter, y)}, layout="NHWC"
    )


_PIXELS = BATCH * SIDE * SIDE

PROBE = Probe(
    id="conv_block",
    title="Convolution block",
    measures="Convolution 3x3, batch normalisation with stored statistics and ReLU, forward.",
    shape=f"{BATCH}x{SIDE}x{SIDE}x{CHANNELS}, kernel 3x3x{CHANNELS}x{CHANNELS}, same padding",
    dtype="float32",
    # The normalisation is a multiply and an add for each output, the ReLU one comparison.
    flops=2 * _PIXELS * CHANNELS * 9 * CHANNELS + 3 * _PIXELS * CHANNELS,
    bytes=total_bytes(_draw(np.random.default_rng(0))) + _PIXELS * CHANNELS * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("cnn", 0.8), ("diffusion", 0.5), ("speech", 0.3), ("other", 0.2)),
    tolerances={"float32": 2e-5},
    cost_s=12.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("x",),
    layers=True,
    builders={"pytorch": _pytorch, "tensorflow": _tensorflow, "jax": _jax, "keras": _keras},
)

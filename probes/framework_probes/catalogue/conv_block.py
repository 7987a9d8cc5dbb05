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
    shapes_of,
    total_bytes,
)
from framework_probes.reference_math import convolve, taps

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


def _first(value: Array) -> Array:
    """NHWC to NCHW in memory."""
    return np.ascontiguousarray(value.transpose(0, 3, 1, 2))


def _pytorch(adapter: Adapter, inputs: Arrays) -> Program:
    functional = adapter.module.nn.functional

    def forward(x: Native, w: dict[str, Native]) -> Native:
        z = functional.conv2d(x, w["kernel"], padding=1)
        z = functional.batch_norm(z, w["mean"], w["variance"], w["scale"], w["shift"], eps=EPSILON)
        return functional.relu(z)

    def images(value: Array) -> Native:
        # A permuted view of NHWC memory is what torch calls channels_last.
        if adapter.layout == "NCHW":
            return adapter.array(_first(value))
        return adapter.array(value).permute(0, 3, 1, 2)

    def on(data: Arrays) -> Callable[[], Native]:
        x = images(data["x"])
        return lambda: block(x, weights)

    weights = {name: adapter.array(inputs[name]) for name in WEIGHTS}
    weights["kernel"] = images(np.ascontiguousarray(inputs["kernel"].transpose(3, 0, 1, 2)))
    block = adapter.compile(forward)
    return Program(
        step=on(inputs),
        on=on,
        read=lambda y: {"y": adapter.neutral(y).transpose(0, 2, 3, 1)},
        layout=adapter.layout or "NCHW, channels_last memory",
    )


def _tensorflow(adapter: Adapter, inputs: Arrays) -> Program:
    nn = adapter.module.nn
    layout = adapter.layout or "NHWC"

    def forward(x: Native, w: dict[str, Native]) -> Native:
        z = nn.conv2d(x, w["kernel"], strides=1, padding="SAME", data_format=layout)
        z, _, _ = adapter.module.compat.v1.nn.fused_batch_norm(
            z,
            w["scale"],
            w["shift"],
            w["mean"],
            w["variance"],
            EPSILON,
            is_training=False,
            data_format=layout,
        )
        return nn.relu(z)

    weights = {name: adapter.array(inputs[name]) for name in WEIGHTS}
    # The fused kernel keeps its statistics in float32, whatever the images are.
    weights |= {name: adapter.module.constant(inputs[name]) for name in WEIGHTS[1:]}
    return _images(adapter, inputs, weights, forward)


def _jax(adapter: Adapter, inputs: Arrays) -> Program:
    jax = adapter.module
    layout = adapter.layout or "NHWC"
    weights = {name: adapter.array(inputs[name]) for name in WEIGHTS}
    if layout == "NCHW":
        weights |= {name: weights[name].reshape(-1, 1, 1) for name in WEIGHTS[1:]}

    def forward(x: Native, w: dict[str, Native]) -> Native:
        z = jax.lax.conv_general_dilated(
            x, w["kernel"], (1, 1), "SAME", dimension_numbers=(layout, "HWIO", layout)
        )
        z = (z - w["mean"]) * (w["scale"] * jax.lax.rsqrt(w["variance"] + EPSILON)) + w["shift"]
        return jax.nn.relu(z)

    return _images(adapter, inputs, weights, forward)


def _images(
    adapter: Adapter,
    inputs: Arrays,
    weights: dict[str, Native],
    forward: Callable[[Native, dict[str, Native]], Native],
) -> Program:
    """The program of a function of images and weights, in the layout of the adapter."""
    block = adapter.compile(forward)
    return _laid_out(adapter, inputs, lambda x: block(x, weights), adapter.neutral)


def _keras(adapter: Adapter, inputs: Arrays) -> Program:
    layers = adapter.module.layers
    first = adapter.layout == "NCHW"
    shape = (CHANNELS, SIDE, SIDE) if first else (SIDE, SIDE, CHANNELS)
    order = "channels_first" if first else "channels_last"
    model = adapter.module.Sequential(
        [
            layers.Input(shape),
            layers.Conv2D(CHANNELS, 3, padding="same", use_bias=False, data_format=order),
            layers.BatchNormalization(axis=1 if first else -1, epsilon=EPSILON),
            layers.ReLU(),
        ]
    )
    model.set_weights([inputs[name] for name in WEIGHTS])
    block = keras.inference(adapter, model)
    return _laid_out(adapter, inputs, block, lambda y: keras.output(adapter, y))


def _laid_out(
    adapter: Adapter,
    inputs: Arrays,
    block: Callable[[Native], Native],
    neutral: Callable[[Native], Array],
) -> Program:
    first = adapter.layout == "NCHW"

    def on(data: Arrays) -> Callable[[], Native]:
        x = adapter.array(_first(data["x"]) if first else data["x"])
        return lambda: block(x)

    def read(result: Native) -> dict[str, Array]:
        y = neutral(result)
        return {"y": y.transpose(0, 2, 3, 1) if first else y}

    return Program(step=on(inputs), on=on, read=read, layout=adapter.layout or "NHWC")


_PIXELS = BATCH * SIDE * SIDE

PROBE = Probe(
    id="conv_block",
    title="Convolution block",
    measures="Convolution 3x3, batch normalisation with stored statistics and ReLU, forward.",
    shape=f"{BATCH}x{SIDE}x{SIDE}x{CHANNELS}, kernel 3x3x{CHANNELS}x{CHANNELS}, same padding",
    dtype="float32",
    # The normalisation is a multiply and an add for each output, the ReLU one comparison.
    flops=2 * BATCH * taps(SIDE, 3, pad=1) ** 2 * CHANNELS**2 + 3 * _PIXELS * CHANNELS,
    bytes=total_bytes(shapes_of(_draw)) + _PIXELS * CHANNELS * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("cnn", 0.8), ("diffusion", 0.5), ("speech", 0.3), ("other", 0.2)),
    tolerances={"float32": 2e-5, "tf32": 2e-3, "bfloat16": 2.5e-2, "float16": 4e-3},
    cost_s=12.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("x",),
    batch=("x",),
    layers=True,
    layouts=("NCHW",),
    builders={"pytorch": _pytorch, "tensorflow": _tensorflow, "jax": _jax, "keras": _keras},
)
PROBES = (PROBE,)

"""Batch normalisation as in training: by the mean and variance of the images themselves."""

from __future__ import annotations

import numpy as np

from framework_probes.operation import image_operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

BATCH, SIDE, CHANNELS = 32, 56, 64
EPSILON = 1e-3


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {
        # Away from zero, as behind a layer with a bias: the mean has to be taken off.
        "x": normal(generator, BATCH, SIDE, SIDE, CHANNELS, mean=0.5),
        "scale": normal(generator, CHANNELS, scale=0.1, mean=1.0),
        "shift": normal(generator, CHANNELS, scale=0.1),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    x, axes = inputs["x"], (0, 1, 2)
    normed = (x - x.mean(axes)) / np.sqrt(x.var(axes) + EPSILON)
    return {"y": normed * inputs["scale"] + inputs["shift"]}


def _pytorch(adapter: Adapter) -> Native:
    norm = adapter.module.nn.functional.batch_norm
    return lambda x, scale, shift: norm(x, None, None, scale, shift, training=True, eps=EPSILON)


def _tensorflow(adapter: Adapter) -> Native:
    norm, layout = adapter.module.compat.v1.nn.fused_batch_norm, adapter.layout or "NHWC"
    return lambda x, scale, shift: norm(
        x, scale, shift, epsilon=EPSILON, is_training=True, data_format=layout
    )[0]


def _jax(adapter: Adapter) -> Native:
    jax, jnp = adapter.module, adapter.operations
    first = adapter.layout == "NCHW"
    axes = (0, 2, 3) if first else (0, 1, 2)
    shape = (1, -1, 1, 1) if first else (1, 1, 1, -1)

    def norm(x: Native, scale: Native, shift: Native) -> Native:
        centred = x - x.mean(axes, keepdims=True)
        variance = jnp.square(centred).mean(axes, keepdims=True)
        factor = scale.reshape(shape) * jax.lax.rsqrt(variance + EPSILON)
        return centred * factor + shift.reshape(shape)

    return norm


def _keras(adapter: Adapter) -> Native:
    operations = adapter.operations
    first = adapter.layout == "NCHW"
    axes, axis = ((0, 2, 3), 1) if first else ((0, 1, 2), -1)

    def norm(x: Native, scale: Native, shift: Native) -> Native:
        mean, variance = operations.moments(x, axes)
        return operations.batch_normalization(x, mean, variance, axis, shift, scale, EPSILON)

    return norm


_NUMBERS = BATCH * SIDE * SIDE * CHANNELS

PROBE = Probe(
    id="batch_norm",
    title="Batch normalisation",
    measures="Batch normalisation by the statistics of the batch, as in training, forward.",
    shape=f"{BATCH}x{SIDE}x{SIDE}x{CHANNELS}",
    dtype="float32",
    # Of each number: added, less the mean, squared, added, scaled twice, shifted.
    flops=7 * _NUMBERS,
    bytes=2 * (_NUMBERS + CHANNELS) * 4,
    reference_kind="roofline",
    criterion="training_speed",
    families=(("cnn", 0.2), ("other", 0.1)),
    # PyTorch adds up a channel's 100,352 numbers one by one, which costs a digit.
    tolerances={"float32": 5e-5},
    cost_s=11.0,
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

"""Layer normalisation of a matrix of tokens, with scale and shift."""

from __future__ import annotations

import numpy as np

from framework_probes import reference_math
from framework_probes.operation import operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

TOKENS, WIDTH = 8192, 768
EPSILON = 1e-5


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "x": normal(generator, TOKENS, WIDTH),
        "scale": normal(generator, WIDTH, scale=0.1, mean=1.0),
        "shift": normal(generator, WIDTH, scale=0.1),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    scale, shift = inputs["scale"], inputs["shift"]
    return {"y": reference_math.layer_norm(inputs["x"], scale, shift, EPSILON)}


def _pytorch(adapter: Adapter) -> Native:
    layer_norm = adapter.module.nn.functional.layer_norm
    return lambda x, scale, shift: layer_norm(x, (WIDTH,), scale, shift, EPSILON)


def _tensorflow(adapter: Adapter) -> Native:
    nn = adapter.module.nn

    def norm(x: Native, scale: Native, shift: Native) -> Native:
        mean, variance = nn.moments(x, axes=[-1], keepdims=True)
        return nn.batch_normalization(x, mean, variance, shift, scale, EPSILON)

    return norm


def _jax(adapter: Adapter) -> Native:
    jax, jnp = adapter.module, adapter.operations

    def norm(x: Native, scale: Native, shift: Native) -> Native:
        centred = x - x.mean(-1, keepdims=True)
        variance = jnp.square(centred).mean(-1, keepdims=True)
        return centred * jax.lax.rsqrt(variance + EPSILON) * scale + shift

    return norm


def _keras(adapter: Adapter) -> Native:
    norm = adapter.operations.layer_normalization
    return lambda x, scale, shift: norm(x, scale, shift, axis=-1, epsilon=EPSILON)


PROBE = Probe(
    id="layer_norm",
    title="Layer normalisation",
    measures="Layer normalisation over the last axis with scale and shift, forward.",
    shape=f"{TOKENS}x{WIDTH}",
    dtype="float32",
    # Of each number: added, less the mean, squared, added, divided, scaled, shifted.
    flops=7 * TOKENS * WIDTH,
    bytes=2 * (TOKENS * WIDTH + WIDTH) * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("transformer", 0.2), ("llm", 0.2), ("diffusion", 0.1), ("other", 0.1)),
    tolerances={"float32": 2e-5},
    cost_s=13.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("x",),
    builders={
        "pytorch": operation(_pytorch, "y"),
        "tensorflow": operation(_tensorflow, "y"),
        "jax": operation(_jax, "y"),
        "keras": operation(_keras, "y"),
    },
)
PROBES = (PROBE,)

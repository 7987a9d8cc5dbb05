"""Scaled dot-product attention, alone: softmax(q k' / sqrt(d)) v for every head, and its slopes.

The neutral layout is (batch, sequence, heads, depth), which JAX and Keras take; PyTorch and the
products of TensorFlow want heads before the sequence, and get that outside the timed step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from framework_probes.operation import Make, gradient_operation, operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal
from framework_probes.reference_math import softmax
from framework_probes.results import Framework

BATCH, SEQUENCE, HEADS, DEPTH = 2, 256, 8, 64
SHAPE = (BATCH, SEQUENCE, HEADS, DEPTH)
SCALE = DEPTH**-0.5


def _heads_first(x: Array) -> Array:
    """The other layout; twice, it is the first one again. Scalars have none."""
    return np.ascontiguousarray(x.transpose(0, 2, 1, 3)) if x.ndim == 4 else x


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {name: normal(generator, *SHAPE) for name in ("query", "key", "value")}


def _draw_backward(generator: np.random.Generator) -> dict[str, Array]:
    return _draw(generator) | {"upstream": normal(generator, *SHAPE)}


def _solve(inputs: Arrays) -> dict[str, Array]:
    q, k, v = (_heads_first(inputs[name]) for name in ("query", "key", "value"))
    return {"y": _heads_first(softmax(q @ k.swapaxes(2, 3) * SCALE) @ v)}


def _solve_backward(inputs: Arrays) -> dict[str, Array]:
    """The gradients; the sum that they are of cancels to almost nothing, and is not compared."""
    q, k, v, dy = (_heads_first(inputs[name]) for name in ("query", "key", "value", "upstream"))
    p = softmax(q @ k.swapaxes(2, 3) * SCALE)
    dp = dy @ v.swapaxes(2, 3)
    ds = p * (dp - (dp * p).sum(-1, keepdims=True)) * SCALE
    return {
        "gradient/query": _heads_first(ds @ k),
        "gradient/key": _heads_first(ds.swapaxes(2, 3) @ q),
        "gradient/value": _heads_first(p.swapaxes(2, 3) @ dy),
    }


def _pytorch(adapter: Adapter) -> Native:
    return adapter.module.nn.functional.scaled_dot_product_attention


def _tensorflow(adapter: Adapter) -> Native:
    tf = adapter.module

    def attend(q: Native, k: Native, v: Native) -> Native:
        return tf.matmul(tf.nn.softmax(tf.matmul(q * SCALE, k, transpose_b=True)), v)

    return attend


def _jax(adapter: Adapter) -> Native:
    return adapter.module.nn.dot_product_attention


def _keras(adapter: Adapter) -> Native:
    return adapter.operations.dot_product_attention


def _loss(make: Make) -> Make:
    """The sum of what attention gives, weighted: its gradients are those of any later loss."""

    def loss(adapter: Adapter) -> Callable[..., Native]:
        attend, operations = make(adapter), adapter.operations
        total = getattr(operations, "reduce_sum", None) or operations.sum
        return lambda q, k, v, upstream: total(attend(q, k, v) * upstream)

    return loss


#: How each framework attends, and how arrays get to its layout and back.
MAKERS: dict[Framework, tuple[Make, Callable[[Array], Array]]] = {
    "pytorch": (_pytorch, _heads_first),
    "tensorflow": (_tensorflow, _heads_first),
    "jax": (_jax, np.asarray),
    "keras": (_keras, np.asarray),
}
_LAST = "batch, sequence, heads, depth"
_FIRST = "batch, heads, sequence, depth"
LAYOUTS = {"pytorch": _FIRST, "tensorflow": _FIRST, "jax": _LAST, "keras": _LAST}
NAMES = ("query", "key", "value")
FAMILIES = (
    ("transformer", 0.5),
    ("llm", 0.5),
    ("speech", 0.3),
    ("diffusion", 0.3),
    ("recommender", 0.1),
    ("other", 0.1),
)
_PRODUCT = 2 * BATCH * HEADS * SEQUENCE * SEQUENCE * DEPTH
_ARRAY = BATCH * SEQUENCE * HEADS * DEPTH * 4

PROBE = Probe(
    id="attention",
    title="Attention",
    measures="Scaled dot-product attention without a mask, forward.",
    shape=f"{BATCH}x{SEQUENCE}x{HEADS}x{DEPTH}: batch, sequence, heads, depth",
    dtype="float32",
    # The two products; what is linear in a row of scores is left out.
    flops=2 * _PRODUCT,
    bytes=4 * _ARRAY,
    reference_kind="roofline",
    criterion="inference_speed",
    families=FAMILIES,
    tolerances={"float32": 2e-5},
    cost_s=14.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=NAMES,
    builders={
        who: operation(make, "y", layout=LAYOUTS[who], inward=turn, outward=turn)
        for who, (make, turn) in MAKERS.items()
    },
)
BACKWARD = replace(
    PROBE,
    id="attention.backward",
    title="Attention, forward and backward",
    measures="Scaled dot-product attention and its gradients by query, key and value.",
    # Two products forward; two by the factors of each of them, and the scores once more is more
    # than has to be done.
    flops=6 * _PRODUCT,
    bytes=7 * _ARRAY,
    criterion="training_speed",
    trains=True,
    draw=_draw_backward,
    solve=_solve_backward,
    data=(*NAMES, "upstream"),
    builders={
        who: gradient_operation(_loss(make), NAMES, layout=LAYOUTS[who], inward=turn, outward=turn)
        for who, (make, turn) in MAKERS.items()
    },
)
PROBES = (PROBE, BACKWARD)

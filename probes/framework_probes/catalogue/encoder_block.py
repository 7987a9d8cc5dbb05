"""One block of a transformer encoder, forward: attention, feed-forward, both normalised before.

Pre-norm, as most encoders are built today: x + attention(norm(x)), then h + ffn(norm(h)), with
the exact GELU. Weights are (in, out); heads are split from the width in order.
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
from framework_probes.reference_math import gelu, layer_norm, softmax

BATCH, SEQUENCE, WIDTH, HEADS, HIDDEN = 4, 128, 256, 4, 1024
DEPTH = WIDTH // HEADS
EPSILON = 1e-5
MATRICES = {
    "query": (WIDTH, WIDTH),
    "key": (WIDTH, WIDTH),
    "value": (WIDTH, WIDTH),
    "out": (WIDTH, WIDTH),
    "up": (WIDTH, HIDDEN),
    "down": (HIDDEN, WIDTH),
}
VECTORS = ("scale1", "shift1", "scale2", "shift2")


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    arrays = {"x": normal(generator, BATCH, SEQUENCE, WIDTH)}
    for name, (inward, outward) in MATRICES.items():
        arrays[name] = normal(generator, inward, outward, scale=inward**-0.5)
        arrays[f"{name}_bias"] = normal(generator, outward, scale=0.1)
    for name in VECTORS:
        mean = 1.0 if name.startswith("scale") else 0.0
        arrays[name] = normal(generator, WIDTH, scale=0.1, mean=mean)
    return arrays


def _solve(inputs: Arrays) -> dict[str, Array]:
    def dense(x: Array, name: str) -> Array:
        return np.asarray(x @ inputs[name] + inputs[f"{name}_bias"])

    def heads(x: Array) -> Array:
        return x.reshape(BATCH, SEQUENCE, HEADS, DEPTH).transpose(0, 2, 1, 3)

    x = inputs["x"]
    normed = layer_norm(x, inputs["scale1"], inputs["shift1"], EPSILON)
    query, key, value = (heads(dense(normed, name)) for name in ("query", "key", "value"))
    attention = softmax(query @ key.transpose(0, 1, 3, 2) / np.sqrt(DEPTH)) @ value
    merged = attention.transpose(0, 2, 1, 3).reshape(x.shape)
    h = x + dense(merged, "out")
    normed = layer_norm(h, inputs["scale2"], inputs["shift2"], EPSILON)
    return {"y": h + dense(gelu(dense(normed, "up")), "down")}


def _pytorch(adapter: Adapter, inputs: Arrays) -> Program:
    functional = adapter.module.nn.functional
    # torch keeps dense weights as (out, in).
    weights = {
        name: adapter.array(np.ascontiguousarray(value.T) if name in MATRICES else value)
        for name, value in inputs.items()
    }
    del weights["x"]

    def forward(x: Native, w: dict[str, Native]) -> Native:
        def dense(x: Native, name: str) -> Native:
            return functional.linear(x, w[name], w[f"{name}_bias"])

        def heads(x: Native) -> Native:
            return x.view(BATCH, SEQUENCE, HEADS, DEPTH).transpose(1, 2)

        normed = functional.layer_norm(x, (WIDTH,), w["scale1"], w["shift1"], EPSILON)
        query, key, value = (heads(dense(normed, name)) for name in ("query", "key", "value"))
        attention = functional.scaled_dot_product_attention(query, key, value)
        h = x + dense(attention.transpose(1, 2).reshape(BATCH, SEQUENCE, WIDTH), "out")
        normed = functional.layer_norm(h, (WIDTH,), w["scale2"], w["shift2"], EPSILON)
        return h + dense(functional.gelu(dense(normed, "up")), "down")

    block = adapter.compile(forward)
    return _program(adapter, inputs, lambda x: block(x, weights))


def _tensorflow(adapter: Adapter, inputs: Arrays) -> Program:
    tf = adapter.module
    weights = {name: adapter.array(value) for name, value in inputs.items()}
    del weights["x"]

    def forward(x: Native, w: dict[str, Native]) -> Native:
        def norm(x: Native, number: int) -> Native:
            mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
            return tf.nn.batch_normalization(
                x, mean, variance, w[f"shift{number}"], w[f"scale{number}"], EPSILON
            )

        def dense(x: Native, name: str) -> Native:
            return tf.nn.bias_add(tf.matmul(x, w[name]), w[f"{name}_bias"])

        def heads(x: Native) -> Native:
            return tf.transpose(tf.reshape(x, (BATCH, SEQUENCE, HEADS, DEPTH)), (0, 2, 1, 3))

        # Two-dimensional in between: one large product instead of a batch of small ones.
        x = tf.reshape(x, (BATCH * SEQUENCE, WIDTH))
        normed = norm(x, 1)
        query, key, value = (heads(dense(normed, name)) for name in ("query", "key", "value"))
        weight = tf.nn.softmax(tf.matmul(query * DEPTH**-0.5, key, transpose_b=True))
        merged = tf.transpose(tf.matmul(weight, value), (0, 2, 1, 3))
        h = x + dense(tf.reshape(merged, (BATCH * SEQUENCE, WIDTH)), "out")
        wide = tf.nn.gelu(dense(norm(h, 2), "up"), approximate=False)
        return tf.reshape(h + dense(wide, "down"), (BATCH, SEQUENCE, WIDTH))

    block = adapter.compile(forward)
    return _program(adapter, inputs, lambda x: block(x, weights))


def _jax(adapter: Adapter, inputs: Arrays) -> Program:
    jax, jnp = adapter.module, adapter.operations
    weights = {name: adapter.array(value) for name, value in inputs.items()}
    del weights["x"]

    def forward(x: Native, w: dict[str, Native]) -> Native:
        def norm(x: Native, number: int) -> Native:
            centred = x - x.mean(-1, keepdims=True)
            variance = jnp.square(centred).mean(-1, keepdims=True)
            scaled = centred * jax.lax.rsqrt(variance + EPSILON)
            return scaled * w[f"scale{number}"] + w[f"shift{number}"]

        def dense(x: Native, name: str) -> Native:
            return x @ w[name] + w[f"{name}_bias"]

        def heads(x: Native) -> Native:
            return x.reshape(BATCH, SEQUENCE, HEADS, DEPTH)

        normed = norm(x, 1)
        query, key, value = (heads(dense(normed, name)) for name in ("query", "key", "value"))
        attention = jax.nn.dot_product_attention(query, key, value)
        h = x + dense(attention.reshape(BATCH, SEQUENCE, WIDTH), "out")
        wide = jax.nn.gelu(dense(norm(h, 2), "up"), approximate=False)
        return h + dense(wide, "down")

    block = adapter.compile(forward)
    return _program(adapter, inputs, lambda x: block(x, weights))


def _keras(adapter: Adapter, inputs: Arrays) -> Program:
    layers = adapter.module.layers
    x = layers.Input((SEQUENCE, WIDTH))
    normed = layers.LayerNormalization(epsilon=EPSILON)(x)
    h = layers.Add()([x, layers.MultiHeadAttention(HEADS, DEPTH)(normed, normed)])
    normed = layers.LayerNormalization(epsilon=EPSILON)(h)
    # Keras' GELU is the exact one unless asked otherwise.
    wide = layers.Dense(HIDDEN, activation="gelu")(normed)
    model = adapter.module.Model(x, layers.Add()([h, layers.Dense(WIDTH)(wide)]))
    order = ["scale1", "shift1"]
    order += [n + suffix for n in ("query", "key", "value", "out") for suffix in ("", "_bias")]
    order += ["scale2", "shift2", "up", "up_bias", "down", "down_bias"]
    # Keras keeps attention weights split into heads: the same numbers in the same order.
    model.set_weights(
        [
            inputs[name].reshape(weight.shape)
            for name, weight in zip(order, model.weights, strict=True)
        ]
    )
    block = keras.inference(adapter, model)
    return _program(adapter, inputs, block)


def _program(adapter: Adapter, inputs: Arrays, block: Callable[[Native], Native]) -> Program:
    def on(data: Arrays) -> Callable[[], Native]:
        x = adapter.array(data["x"])
        return lambda: block(x)

    return Program(
        step=on(inputs),
        on=on,
        read=lambda y: {"y": keras.output(adapter, y)},
        layout="batch, sequence, width",
    )


_TOKENS = BATCH * SEQUENCE

PROBE = Probe(
    id="encoder_block",
    title="Transformer encoder block",
    measures="Self-attention and feed-forward with their normalisations, forward.",
    shape=f"{BATCH}x{SEQUENCE}x{WIDTH}, {HEADS} heads, feed-forward {HIDDEN}, exact GELU",
    dtype="float32",
    # Dense products and the two attention products; what is linear in the tokens is left out.
    flops=2 * _TOKENS * sum(i * o for i, o in MATRICES.values())
    + 2 * 2 * BATCH * SEQUENCE * SEQUENCE * WIDTH,
    bytes=total_bytes(shapes_of(_draw)) + _TOKENS * WIDTH * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(
        ("transformer", 0.9),
        ("llm", 0.7),
        ("speech", 0.5),
        ("diffusion", 0.4),
        ("recommender", 0.2),
        ("other", 0.2),
    ),
    tolerances={"float32": 2e-5, "tf32": 2e-3, "bfloat16": 2.5e-2, "float16": 4e-3},
    cost_s=42.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("x",),
    batch=("x",),
    layers=True,
    builders={"pytorch": _pytorch, "tensorflow": _tensorflow, "jax": _jax, "keras": _keras},
)
PROBES = (PROBE,)

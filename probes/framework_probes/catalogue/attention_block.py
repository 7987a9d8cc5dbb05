"""The attention half of a transformer block, alone: projections in, attention, one back."""

from __future__ import annotations

import numpy as np

from framework_probes.forward_passes import forward_probe
from framework_probes.layers import Layers
from framework_probes.probe import Array, Native, normal, shapes_of, total_bytes
from framework_probes.train_steps import dense_weights
from framework_probes.training import Weights

BATCH, SEQUENCE, WIDTH, HEADS = 4, 128, 256, 4
#: As Keras names the projections of its layer.
INWARD = ("query", "key", "value")
OUTWARD = "attention_output"


def _network(layers: Layers, w: Weights, x: Native) -> Native:
    def project(x: Native, name: str) -> Native:
        return layers.dense(x, w[f"attention.{name}.kernel"], w[f"attention.{name}.bias"])

    query, key, value = (project(x, name) for name in INWARD)
    return project(layers.attention(query, key, value, HEADS), OUTWARD)


def _model(keras: Native) -> Native:
    layers = keras.layers
    x = layers.Input((SEQUENCE, WIDTH))
    attention = layers.MultiHeadAttention(HEADS, WIDTH // HEADS, name="attention")
    return keras.Model(x, attention(x, x))


def _weights(generator: np.random.Generator) -> dict[str, Array]:
    drawn: dict[str, Array] = {}
    for name in (*INWARD, OUTWARD):
        drawn |= dense_weights(generator, f"attention.{name}", (WIDTH, WIDTH))
    return drawn


PROBE = forward_probe(
    "attention_block",
    title="Attention block",
    measures="Projections to query, key and value, attention, and the projection back, forward.",
    shape=f"{BATCH}x{SEQUENCE}x{WIDTH}, {HEADS} heads",
    families=(
        ("transformer", 0.6),
        ("llm", 0.5),
        ("speech", 0.4),
        ("diffusion", 0.3),
        ("other", 0.1),
    ),
    cost_s=14.0,
    network=_network,
    model=_model,
    weights=_weights,
    x=lambda generator: normal(generator, BATCH, SEQUENCE, WIDTH),
    products=BATCH * SEQUENCE * (4 * WIDTH * WIDTH + 2 * SEQUENCE * WIDTH),
    bytes_=total_bytes(shapes_of(_weights)) + 2 * BATCH * SEQUENCE * WIDTH * 4,
)
PROBES = (PROBE,)

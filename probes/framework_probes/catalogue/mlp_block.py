"""The feed-forward half of a transformer block, alone: dense, exact GELU, dense, forward."""

from __future__ import annotations

import numpy as np

from framework_probes.forward_passes import forward_probe
from framework_probes.layers import Layers
from framework_probes.probe import Array, Native, normal, shapes_of, total_bytes
from framework_probes.train_steps import dense_weights
from framework_probes.training import Weights

ROWS, WIDTH, HIDDEN = 512, 256, 1024


def _network(layers: Layers, w: Weights, x: Native) -> Native:
    wide = layers.gelu(layers.dense(x, w["up.kernel"], w["up.bias"]))
    return layers.dense(wide, w["down.kernel"], w["down.bias"])


def _model(keras: Native) -> Native:
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((WIDTH,)),
            # Keras' GELU is the exact one unless asked otherwise.
            layers.Dense(HIDDEN, activation="gelu", name="up"),
            layers.Dense(WIDTH, name="down"),
        ]
    )


def _weights(generator: np.random.Generator) -> dict[str, Array]:
    up = dense_weights(generator, "up", (WIDTH, HIDDEN))
    return up | dense_weights(generator, "down", (HIDDEN, WIDTH))


PROBE = forward_probe(
    "mlp_block",
    title="MLP block",
    measures="Dense, exact GELU and dense, as the feed-forward of a transformer, forward.",
    shape=f"{ROWS} rows; widths {WIDTH}, {HIDDEN}, {WIDTH}",
    families=(
        ("mlp", 0.7),
        ("transformer", 0.5),
        ("llm", 0.5),
        ("tabular", 0.4),
        ("recommender", 0.4),
        ("other", 0.2),
    ),
    cost_s=10.0,
    network=_network,
    model=_model,
    weights=_weights,
    x=lambda generator: normal(generator, ROWS, WIDTH),
    products=2 * ROWS * WIDTH * HIDDEN,
    bytes_=total_bytes(shapes_of(_weights)) + 2 * ROWS * WIDTH * 4,
)
PROBES = (PROBE,)

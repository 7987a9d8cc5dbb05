"""One training step of a multilayer perceptron on rows of numbers, as of a table."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from framework_probes.layers import Layers
from framework_probes.probe import Array, Native, normal
from framework_probes.train_steps import Classifier, dense_weights, labels
from framework_probes.training import Weights

BATCH, WIDTHS = 256, (256, 512, 512, 256, 10)


def _network(layers: Layers, w: Weights, x: Native) -> Native:
    last = len(WIDTHS) - 1
    for number in range(1, last):
        x = layers.relu(layers.dense(x, w[f"dense{number}.kernel"], w[f"dense{number}.bias"]))
    return layers.dense(x, w[f"dense{last}.kernel"], w[f"dense{last}.bias"])


def _model(keras: Native) -> Native:
    layers, (inward, *hidden, outward) = keras.layers, WIDTHS
    return keras.Sequential(
        [
            layers.Input((inward,)),
            *(
                layers.Dense(width, activation="relu", name=f"dense{number}")
                for number, width in enumerate(hidden, 1)
            ),
            layers.Dense(outward, name=f"dense{len(hidden) + 1}"),
        ]
    )


def _weights(generator: np.random.Generator) -> dict[str, Array]:
    drawn: dict[str, Array] = {}
    for number in range(1, len(WIDTHS)):
        drawn |= dense_weights(generator, f"dense{number}", WIDTHS[number - 1 : number + 1])
    return drawn


def _data(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "x": normal(generator, BATCH, WIDTHS[0]),
        "labels": labels(generator, BATCH, WIDTHS[-1]),
    }


PROBE = Classifier(
    _network,
    _model,
    _weights,
    _data,
    products=BATCH * sum(a * b for a, b in pairwise(WIDTHS)),
    first=BATCH * WIDTHS[0] * WIDTHS[1],
).probe(
    "mlp_train_step",
    title="Training step of an MLP",
    measures="Forward, backward and Adam of a multilayer perceptron with ReLUs.",
    shape=f"{BATCH} rows; widths {', '.join(map(str, WIDTHS))}",
    families=(
        ("mlp", 1.0),
        ("tabular", 0.9),
        ("reinforcement_learning", 0.5),
        ("recommender", 0.5),
        ("gnn", 0.3),
        ("other", 0.2),
    ),
    cost_s=17.0,
    tolerance=2e-3,
)
PROBES = (PROBE,)

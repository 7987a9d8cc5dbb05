"""One training step of a recommender: a table of embeddings for each feature, then dense layers.

The part of deep recommenders that takes their memory: Naumov and others, Deep Learning
Recommendation Model for Personalization and Recommendation Systems (2019). Adam changes every row
of every table, as frameworks' optimizers do unless gradients are kept sparse.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from framework_probes.layers import Layers
from framework_probes.probe import Array, Native, normal
from framework_probes.train_steps import Classifier, dense_weights, labels
from framework_probes.training import Weights

BATCH, FEATURES, ROWS, WIDTH = 256, 8, 1000, 32
WIDTHS = (FEATURES * WIDTH, 256, 128, 2)


def _network(layers: Layers, w: Weights, x: Native) -> Native:
    h = layers.concatenate(
        [layers.embed(w[f"feature{n}.table"], layers.column(x, n)) for n in range(FEATURES)]
    )
    for number in (1, 2):
        h = layers.relu(layers.dense(h, w[f"dense{number}.kernel"], w[f"dense{number}.bias"]))
    return layers.dense(h, w["dense3.kernel"], w["dense3.bias"])


def _model(keras: Native) -> Native:
    layers = keras.layers
    x = layers.Input((FEATURES,), dtype="int32")
    h = layers.Concatenate()(
        [layers.Embedding(ROWS, WIDTH, name=f"feature{n}")(x[:, n]) for n in range(FEATURES)]
    )
    for number in (1, 2):
        h = layers.Dense(WIDTHS[number], activation="relu", name=f"dense{number}")(h)
    return keras.Model(x, layers.Dense(WIDTHS[3], name="dense3")(h))


def _weights(generator: np.random.Generator) -> dict[str, Array]:
    drawn = {
        f"feature{n}.table": normal(generator, ROWS, WIDTH, scale=0.2) for n in range(FEATURES)
    }
    for number in (1, 2, 3):
        drawn |= dense_weights(generator, f"dense{number}", WIDTHS[number - 1 : number + 1])
    return drawn


def _data(generator: np.random.Generator) -> dict[str, Array]:
    return {
        # Each row at most once, see ``encoder_train_step``.
        "x": np.stack(
            [generator.permutation(ROWS)[:BATCH] for _ in range(FEATURES)], axis=1
        ).astype(np.int32),
        "labels": labels(generator, BATCH, WIDTHS[-1]),
    }


PROBE = Classifier(
    _network,
    _model,
    _weights,
    _data,
    products=BATCH * sum(a * b for a, b in pairwise(WIDTHS)),
    first=0,
).probe(
    "recommender_train_step",
    title="Training step of a recommender",
    measures="Forward, backward and Adam of embeddings of eight features and three dense layers.",
    shape=f"{BATCH} rows; {FEATURES} tables of {ROWS}x{WIDTH}; widths "
    f"{', '.join(map(str, WIDTHS))}",
    families=(("recommender", 1.0), ("tabular", 0.5), ("mlp", 0.3), ("other", 0.1)),
    cost_s=19.0,
    tolerance=2e-3,
)
PROBES = (PROBE,)

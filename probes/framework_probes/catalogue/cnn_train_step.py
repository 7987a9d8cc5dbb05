"""One training step of a small image classifier: the network that beginners' articles build.

Convolution 32, pooling, convolution 64, pooling, dense 64, dense 10, on 28 x 28 grey images, no
padding; mean softmax cross-entropy, Adam by hand (see ``framework_probes.training``). Flattening
follows the neutral layout NHWC everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes.layers import Layers
from framework_probes.probe import Array, Native, normal
from framework_probes.train_steps import Classifier, dense_weights, labels
from framework_probes.training import Weights

SIDE, CLASSES = 28, 10
SHAPES = {
    "conv1": (3, 3, 1, 32),
    "conv2": (3, 3, 32, 64),
    "dense1": (5 * 5 * 64, 64),
    "dense2": (64, CLASSES),
}
#: Where each kernel is applied, for one image.
PLACES = {"conv1": 26 * 26, "conv2": 11 * 11, "dense1": 1, "dense2": 1}


def network(layers: Layers, w: Weights, x: Native) -> Native:
    """Logits of images."""
    h = layers.images(x)
    for name in ("conv1", "conv2"):
        h = layers.convolve(h, w[f"{name}.kernel"], w[f"{name}.bias"])
        h = layers.max_pool(layers.relu(h))
    h = layers.relu(layers.dense(layers.rows(h), w["dense1.kernel"], w["dense1.bias"]))
    return layers.dense(h, w["dense2.kernel"], w["dense2.bias"])


def model(keras: Native) -> Native:
    """The same in Keras."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((SIDE, SIDE, 1)),
            layers.Conv2D(32, 3, activation="relu", name="conv1"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu", name="conv2"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu", name="dense1"),
            layers.Dense(CLASSES, name="dense2"),
        ]
    )


def weights(generator: np.random.Generator) -> dict[str, Array]:
    """Kernels and biases."""
    drawn: dict[str, Array] = {}
    for name, shape in SHAPES.items():
        drawn |= dense_weights(generator, name, shape)
    return drawn


def _data(batch: int) -> Callable[[np.random.Generator], dict[str, Array]]:
    return lambda generator: {
        "x": normal(generator, batch, SIDE, SIDE, 1),
        "labels": labels(generator, batch, CLASSES),
    }


def _products(batch: int) -> dict[str, int]:
    return {n: batch * PLACES[n] * int(np.prod(shape)) for n, shape in SHAPES.items()}


def _classifier(batch: int) -> Classifier:
    products = _products(batch)
    return Classifier(
        network,
        model,
        weights,
        _data(batch),
        products=sum(products.values()),
        first=products["conv1"],
        images=True,
    )


MEASURES = "Forward, backward and Adam of a two-convolution image classifier."
LAYERS = f"conv 32, pool, conv 64, pool, dense 64, dense {CLASSES}"
FAMILIES = (
    ("cnn", 1.0),
    ("mlp", 0.4),
    ("diffusion", 0.3),
    ("speech", 0.3),
    ("tabular", 0.2),
    ("reinforcement_learning", 0.3),
    ("other", 0.2),
)
PROBE = _classifier(32).probe(
    "cnn_train_step",
    title="Training step of a small CNN",
    measures=MEASURES,
    shape=f"32x{SIDE}x{SIDE}x1; {LAYERS}",
    families=FAMILIES,
    cost_s=50.0,
)
LARGE = _classifier(128).probe(
    "cnn_train_step.batch_128",
    title="Training step of a small CNN, batch 128",
    measures=MEASURES,
    shape=f"128x{SIDE}x{SIDE}x1; {LAYERS}",
    families=tuple((family, share / 2) for family, share in FAMILIES),
    cost_s=42.0,
)
PROBES = (PROBE, LARGE)

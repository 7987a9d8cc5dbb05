"""One training step of an LSTM that classifies sequences by its last output. See ``lstm``."""

from __future__ import annotations

import os

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Native, Program, normal
from framework_probes.train_steps import Classifier, dense_weights, labels, train_model
from framework_probes.training import Weights

BATCH, TIME, INWARD, UNITS, CLASSES = 32, 16, 64, 128, 10


def _network(layers: Native, w: Weights, x: Native) -> Native:
    """TensorFlow has no such layer but that of ``tf.keras``."""
    names = ("kernel", "recurrent_kernel", "bias")
    h = layers.lstm(x, *(w[f"lstm.{name}"] for name in names))
    return layers.dense(h, w["dense.kernel"], w["dense.bias"])


def _model(keras: Native) -> Native:
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((TIME, INWARD)),
            layers.LSTM(UNITS, name="lstm"),
            layers.Dense(CLASSES, name="dense"),
        ]
    )


def _tensorflow(adapter: Adapter, inputs: Arrays) -> Program:
    # Before Keras is first imported, which TensorFlow puts off until it is asked for.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    return train_model(adapter, inputs, _model(adapter.module.keras), CLASSIFIER.layout)


def _weights(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "lstm.kernel": normal(generator, INWARD, 4 * UNITS, scale=INWARD**-0.5),
        "lstm.recurrent_kernel": normal(generator, UNITS, 4 * UNITS, scale=UNITS**-0.5),
        "lstm.bias": normal(generator, 4 * UNITS, scale=0.1),
        **dense_weights(generator, "dense", (UNITS, CLASSES)),
    }


def _data(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "x": normal(generator, BATCH, TIME, INWARD),
        "labels": labels(generator, BATCH, CLASSES),
    }


_BY_DATA = BATCH * TIME * INWARD * 4 * UNITS
CLASSIFIER = Classifier(
    _network,
    _model,
    _weights,
    _data,
    products=_BY_DATA + BATCH * TIME * UNITS * 4 * UNITS + BATCH * UNITS * CLASSES,
    first=_BY_DATA,
)
PROBE = CLASSIFIER.probe(
    "lstm_train_step",
    title="Training step of an LSTM",
    measures="Forward, backward through time and Adam of one LSTM layer and a dense one.",
    shape=f"{BATCH}x{TIME}x{INWARD}, {UNITS} units, dense {CLASSES}",
    families=(
        ("rnn", 1.0),
        ("speech", 0.5),
        ("reinforcement_learning", 0.2),
        ("other", 0.1),
    ),
    cost_s=110.0,
    builders={"tensorflow": _tensorflow},
)
PROBES = (PROBE,)

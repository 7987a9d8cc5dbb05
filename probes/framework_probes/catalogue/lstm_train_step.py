"""One training step of an LSTM that classifies sequences by its last output. See ``lstm``."""

from __future__ import annotations

import os

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Native, Program, normal
from framework_probes.train_steps import Classifier, dense_weights, labels, train_model
from framework_probes.training import Weights, part
from framework_probes.training_loops import TORCH_TURNS, torch_in_place

BATCH, TIME, INWARD, UNITS, CLASSES = 32, 16, 64, 128, 10


def _network(layers: Native, w: Weights, x: Native) -> Native:
    """Of JAX and the reference; the others have layers that hold their weights themselves."""
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


def _pytorch(adapter: Adapter, inputs: Arrays) -> Program:
    """The same loop in both tiers: ``torch.compile`` leaves its LSTM as it is."""
    torch = adapter.module
    layer, f = torch.nn.LSTM(INWARD, UNITS, batch_first=True), torch.nn.functional
    state = part(inputs, "weight")
    w = {
        name: torch.nn.Parameter(adapter.array(TORCH_TURNS.inward(name, value)))
        for name, value in state.items()
    }
    layer.weight_ih_l0, layer.weight_hh_l0 = w["lstm.kernel"], w["lstm.recurrent_kernel"]
    layer.bias_ih_l0 = w["lstm.bias"]
    # PyTorch has two biases that are added; the second one stays zero.
    layer.bias_hh_l0 = torch.nn.Parameter(torch.zeros_like(w["lstm.bias"]), requires_grad=False)

    def loss(x: Native, labels: Native) -> Native:
        h = layer(x)[0][:, -1]
        logits = f.linear(h, w["dense.kernel"], w["dense.bias"])
        return f.cross_entropy(logits, labels)

    return torch_in_place(adapter, inputs, w, loss, CLASSIFIER.layout, TORCH_TURNS)


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
    cost_s=18.0,
    builders={"pytorch": _pytorch, "tensorflow": _tensorflow},
)
PROBES = (PROBE,)

"""One GRU layer over a batch of sequences, forward, by the layer that each framework's users take.

Gates stand in the order update, reset, candidate, as Keras has them; PyTorch puts reset first. The
reset gate works on the product with the state, not on the state, as both do unless told otherwise;
that takes a second bias. See ``lstm`` for who has such a layer.

Cho and others, Learning Phrase Representations using RNN Encoder-Decoder (2014).
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from framework_probes.catalogue import lstm
from framework_probes.catalogue.lstm import BATCH, INWARD, TIME, UNITS, WEIGHTS, program
from framework_probes.frameworks import keras
from framework_probes.probe import (
    Adapter,
    Array,
    Arrays,
    Native,
    Program,
    normal,
    shapes_of,
    total_bytes,
)
from framework_probes.reference_math import sigmoid


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "x": normal(generator, BATCH, TIME, INWARD),
        "kernel": normal(generator, INWARD, 3 * UNITS, scale=INWARD**-0.5),
        "recurrent": normal(generator, UNITS, 3 * UNITS, scale=UNITS**-0.5),
        "bias": normal(generator, 2, 3 * UNITS, scale=0.1),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    h = np.zeros((BATCH, UNITS))
    outputs = []
    for t in range(TIME):
        given = inputs["x"][:, t] @ inputs["kernel"] + inputs["bias"][0]
        kept = h @ inputs["recurrent"] + inputs["bias"][1]
        (xz, xr, xn), (hz, hr, hn) = np.split(given, 3, axis=1), np.split(kept, 3, axis=1)
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        h = z * h + (1 - z) * np.tanh(xn + r * hn)
        outputs.append(h)
    return {"y": np.stack(outputs, axis=1)}


def _reset_first(value: Array) -> Array:
    """The first two thirds of the last axis change places."""
    update, reset, candidate = np.split(value, 3, axis=-1)
    return np.concatenate([reset, update, candidate], axis=-1)


def _pytorch(adapter: Adapter, inputs: Arrays) -> Program:
    layer = adapter.module.nn.GRU(INWARD, UNITS, batch_first=True)
    values = {
        "weight_ih_l0": _reset_first(inputs["kernel"]).T,
        "weight_hh_l0": _reset_first(inputs["recurrent"]).T,
        "bias_ih_l0": _reset_first(inputs["bias"][0]),
        "bias_hh_l0": _reset_first(inputs["bias"][1]),
    }
    arrays = {name: adapter.array(np.ascontiguousarray(value)) for name, value in values.items()}
    layer.load_state_dict(arrays, assign=True)
    return program(adapter, inputs, adapter.compile(lambda x: layer(x)[0]))


def _tensorflow(adapter: Adapter, inputs: Arrays) -> Program:
    # Before Keras is first imported, which TensorFlow puts off until it is asked for.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    layer = adapter.module.keras.layers.GRU(UNITS, return_sequences=True)
    layer.build((BATCH, TIME, INWARD))
    layer.set_weights([inputs[name] for name in WEIGHTS])
    return program(adapter, inputs, adapter.compile(lambda x: layer(x, training=False)))


def _jax(adapter: Adapter, inputs: Arrays) -> Program:
    jax, jnp = adapter.module, adapter.operations
    weights = [adapter.array(inputs[name]) for name in WEIGHTS]

    # One function for all calls, see ``lstm``.
    def advance(state: Native, given: Native) -> Native:
        h, recurrent, bias = state
        xz, xr, xn = jnp.split(given, 3, axis=1)
        hz, hr, hn = jnp.split(h @ recurrent + bias, 3, axis=1)
        z = jax.nn.sigmoid(xz + hz)
        candidate = jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn)
        h = z * h + (1 - z) * candidate
        return (h, recurrent, bias), h

    def forward(x: Native, kernel: Native, recurrent: Native, bias: Native) -> Native:
        start = jnp.zeros((BATCH, UNITS), x.dtype)
        given = jnp.swapaxes(x @ kernel + bias[0], 0, 1)
        _, outputs = jax.lax.scan(advance, (start, recurrent, bias[1]), given)
        return jnp.swapaxes(outputs, 0, 1)

    layer = adapter.compile(forward)
    return program(adapter, inputs, lambda x: layer(x, *weights))


def _keras(adapter: Adapter, inputs: Arrays) -> Program:
    layers = adapter.module.layers
    model = adapter.module.Sequential(
        [layers.Input((TIME, INWARD)), layers.GRU(UNITS, return_sequences=True)]
    )
    model.set_weights([inputs[name] for name in WEIGHTS])
    return program(adapter, inputs, keras.inference(adapter, model))


PROBE = replace(
    lstm.PROBE,
    id="gru",
    title="GRU layer",
    measures="One GRU layer over a batch of sequences, all its outputs, forward.",
    # The products; what is linear in the units is left out.
    flops=2 * BATCH * TIME * (INWARD + UNITS) * 3 * UNITS,
    bytes=total_bytes(shapes_of(_draw)) + BATCH * TIME * UNITS * 4,
    draw=_draw,
    solve=_solve,
    builders={"pytorch": _pytorch, "tensorflow": _tensorflow, "jax": _jax, "keras": _keras},
)
PROBES = (PROBE,)

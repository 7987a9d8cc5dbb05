"""One LSTM layer over a batch of sequences, forward, by the layer that each framework's users take.

Gates stand in the order input, forget, candidate, output, as PyTorch and Keras have them; there is
one bias, PyTorch's second one is zero. TensorFlow's own layer is that of ``tf.keras``. JAX has
none: there it is a scan, its product with the inputs taken out of the loop.

Hochreiter and Schmidhuber, Long Short-Term Memory (1997), with the forget gate of Gers,
Schmidhuber and Cummins (2000).
"""

from __future__ import annotations

import os

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
from framework_probes.reference_math import sigmoid

BATCH, TIME, INWARD, UNITS = 16, 32, 128, 128
WEIGHTS = ("kernel", "recurrent", "bias")


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "x": normal(generator, BATCH, TIME, INWARD),
        "kernel": normal(generator, INWARD, 4 * UNITS, scale=INWARD**-0.5),
        "recurrent": normal(generator, UNITS, 4 * UNITS, scale=UNITS**-0.5),
        "bias": normal(generator, 4 * UNITS, scale=0.1),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    h = c = np.zeros((BATCH, UNITS))
    outputs = []
    for t in range(TIME):
        gates = inputs["x"][:, t] @ inputs["kernel"] + h @ inputs["recurrent"] + inputs["bias"]
        i, f, g, o = np.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return {"y": np.stack(outputs, axis=1)}


def _pytorch(adapter: Adapter, inputs: Arrays) -> Program:
    layer = adapter.module.nn.LSTM(INWARD, UNITS, batch_first=True)
    values = {
        "weight_ih_l0": inputs["kernel"].T,
        "weight_hh_l0": inputs["recurrent"].T,
        "bias_ih_l0": inputs["bias"],
        "bias_hh_l0": np.zeros_like(inputs["bias"]),
    }
    arrays = {name: adapter.array(np.ascontiguousarray(value)) for name, value in values.items()}
    layer.load_state_dict(arrays, assign=True)
    return program(adapter, inputs, adapter.compile(lambda x: layer(x)[0]))


def _tensorflow(adapter: Adapter, inputs: Arrays) -> Program:
    # Before Keras is first imported, which TensorFlow puts off until it is asked for.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    layer = adapter.module.keras.layers.LSTM(UNITS, return_sequences=True)
    layer.build((BATCH, TIME, INWARD))
    layer.set_weights([inputs[name] for name in WEIGHTS])
    return program(adapter, inputs, adapter.compile(lambda x: layer(x, training=False)))


def _jax(adapter: Adapter, inputs: Arrays) -> Program:
    jax, jnp = adapter.module, adapter.operations
    weights = [adapter.array(inputs[name]) for name in WEIGHTS]

    # One function for all calls, with its weights in the state: eager JAX would trace and compile
    # a new one with every call.
    def advance(state: Native, z: Native) -> Native:
        h, c, recurrent = state
        i, f, g, o = jnp.split(z + h @ recurrent, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c, recurrent), h

    def forward(x: Native, kernel: Native, recurrent: Native, bias: Native) -> Native:
        start = jnp.zeros((BATCH, UNITS), x.dtype)
        gates = jnp.swapaxes(x @ kernel + bias, 0, 1)
        _, outputs = jax.lax.scan(advance, (start, start, recurrent), gates)
        return jnp.swapaxes(outputs, 0, 1)

    layer = adapter.compile(forward)
    return program(adapter, inputs, lambda x: layer(x, *weights))


def _keras(adapter: Adapter, inputs: Arrays) -> Program:
    layers = adapter.module.layers
    model = adapter.module.Sequential(
        [layers.Input((TIME, INWARD)), layers.LSTM(UNITS, return_sequences=True)]
    )
    model.set_weights([inputs[name] for name in WEIGHTS])
    return program(adapter, inputs, keras.inference(adapter, model))


def program(adapter: Adapter, inputs: Arrays, layer: Native) -> Program:
    """The program of a layer on sequences."""

    def on(data: Arrays) -> Native:
        x = adapter.array(data["x"])
        return lambda: layer(x)

    return Program(
        step=on(inputs),
        on=on,
        read=lambda y: {"y": keras.output(adapter, y)},
        layout="batch, time, features",
    )


PROBE = Probe(
    id="lstm",
    title="LSTM layer",
    measures="One LSTM layer over a batch of sequences, all its outputs, forward.",
    shape=f"{BATCH}x{TIME}x{INWARD}, {UNITS} units",
    dtype="float32",
    # The products; what is linear in the units is left out.
    flops=2 * BATCH * TIME * (INWARD + UNITS) * 4 * UNITS,
    bytes=total_bytes(shapes_of(_draw)) + BATCH * TIME * UNITS * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("rnn", 0.7), ("speech", 0.3), ("reinforcement_learning", 0.1), ("other", 0.1)),
    tolerances={"float32": 2e-5},
    cost_s=11.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("x",),
    layers=True,
    builders={"pytorch": _pytorch, "tensorflow": _tensorflow, "jax": _jax, "keras": _keras},
)
PROBES = (PROBE,)

"""Adam's update alone, of one flat set of parameters whose gradient is there already.

See ``framework_probes.training`` for the formula and for why no framework's own optimizer does it.
PyTorch and TensorFlow change their parameters in place, as their optimizers do; JAX gives its
state up for the next one; Keras computes new arrays with ``keras.ops``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes.operation import named
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, Program, normal
from framework_probes.training import STEPS_BEFORE, adam, derive_step, draw_state, reference_step
from framework_probes.training_loops import torch_adam

#: Beyond the last cache even where everything happens in place.
SIZE = 4_000_000
STATE = ("weight/flat", "first/flat", "second/flat")
_BEFORE = np.asarray(STEPS_BEFORE, np.float32)


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    # Small weights: a change of 1e-3 in one near 1 keeps only four digits of float32.
    state = draw_state(generator, {"flat": normal(generator, SIZE, scale=0.1)})
    return {"gradient": normal(generator, SIZE, scale=1e-3), **state}


def _solve(inputs: Arrays) -> dict[str, Array]:
    compared = reference_step(inputs, np.asarray(0.0), {"flat": inputs["gradient"]})
    return {name: value for name, value in compared.items() if name != "loss"}


def _derive(inputs: Arrays, outputs: Arrays) -> dict[str, Array]:
    return derive_step(inputs, {"loss": np.asarray(0.0), **outputs})


def _pytorch(adapter: Adapter, inputs: Arrays) -> Program:
    state = [adapter.array(inputs[name]) for name in STATE]
    t = adapter.array(_BEFORE)
    weight, first, second = state

    def update(gradient: Native) -> None:
        torch_adam([weight], [gradient], [first], [second], t)

    advance = adapter.compile(update)
    return _in_place(adapter, inputs, state, t, advance, lambda old, new: old.copy_(new))


def _tensorflow(adapter: Adapter, inputs: Arrays) -> Program:
    tf = adapter.module
    state = [tf.Variable(inputs[name]) for name in STATE]
    t = tf.Variable(_BEFORE)

    def update(gradient: Native) -> None:
        weight, first, second = state
        new = adam(weight, gradient, first, second, t.assign_add(1.0), tf.sqrt)
        for variable, value in zip(state, new, strict=True):
            variable.assign(value)

    advance = adapter.compile(update)
    return _in_place(adapter, inputs, state, t, advance, lambda old, new: old.assign(new))


def _in_place(
    adapter: Adapter,
    inputs: Arrays,
    state: list[Native],
    t: Native,
    advance: Callable[[Native], Native],
    assign: Callable[[Native, Native], object],
) -> Program:
    def reset() -> None:
        for variable, name in zip(state, STATE, strict=True):
            assign(variable, adapter.array(inputs[name]))
        assign(t, adapter.array(_BEFORE))

    def on(data: Arrays) -> Callable[[], Native]:
        gradient = adapter.array(data["gradient"])

        def step() -> Native:
            advance(gradient)
            return tuple(state)

        return step

    return Program(
        step=on(inputs),
        on=on,
        read=lambda result: named(adapter, STATE, result),
        layout="flat",
        reset=reset,
    )


def _carried(adapter: Adapter, inputs: Arrays) -> Program:
    sqrt = adapter.operations.sqrt

    def start() -> tuple[Native, ...]:
        return (*(adapter.array(inputs[name]) for name in STATE), adapter.array(_BEFORE))

    def update(state: Native, gradient: Native) -> Native:
        weight, first, second, t = state
        return (*adam(weight, gradient, first, second, t + 1, sqrt), t + 1)

    advance = adapter.compile(update, (0,))
    state = start()

    def on(data: Arrays) -> Callable[[], Native]:
        gradient = adapter.array(data["gradient"])

        def step() -> Native:
            nonlocal state
            state = advance(state, gradient)
            return state

        return step

    def reset() -> None:
        nonlocal state
        state = start()

    return Program(
        step=on(inputs),
        on=on,
        read=lambda result: named(adapter, STATE, result[:3]),
        layout="flat",
        reset=reset,
    )


PROBE = Probe(
    id="adam_update",
    title="Adam's update",
    measures="New weights and moments from a gradient, by Adam's formula.",
    shape=f"{SIZE} parameters",
    dtype="float32",
    # First moment 3, second moment 4, both corrected, root, epsilon, quotient, rate, difference.
    flops=14 * SIZE,
    bytes=7 * SIZE * 4,
    reference_kind="roofline",
    criterion="training_speed",
    families=(
        ("transformer", 0.2),
        ("llm", 0.2),
        ("mlp", 0.2),
        ("recommender", 0.2),
        ("cnn", 0.1),
        ("other", 0.1),
    ),
    # As in a training step: read off differences of what was before and after.
    tolerances={"float32": 2e-4},
    cost_s=16.0,
    trains=True,
    draw=_draw,
    solve=_solve,
    derive=_derive,
    data=("gradient",),
    builders={
        "pytorch": _pytorch,
        "tensorflow": _tensorflow,
        "jax": _carried,
        "keras": _carried,
    },
)
PROBES = (PROBE,)

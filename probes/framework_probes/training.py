"""One training step, done alike in every framework: loss, gradients, Adam by hand.

The frameworks' own optimizers place epsilon differently, so that losses part by 1e-4 after three
steps. Here every framework follows the formula of the paper, epsilon outside the root of the
bias-corrected second moment:

    m' = b1 m + (1 - b1) g            v' = b2 v + (1 - b2) g^2
    w' = w - rate * (m' / (1 - b1^t)) / (sqrt(v' / (1 - b2^t)) + epsilon)

Kingma and Ba, Adam: A Method for Stochastic Optimization (2015), algorithm 1.

A step starts from the middle of training (t = 10, moments not zero): at t = 1 the update is the
gradient's sign, which rounding decides where a gradient is almost zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Native, Program, normal

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
STEPS_BEFORE = 10

Weights = Mapping[str, Native]
Forward = Callable[[Weights, Native], Native]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Turns:
    """From the neutral form of a named weight to a framework's, and the way back."""

    inward: Callable[[str, Array], Array] = lambda _, value: value
    outward: Callable[[str, Array], Array] = lambda _, value: value


NEUTRAL = Turns()


def draw_state(generator: np.random.Generator, weights: Arrays) -> dict[str, Array]:
    """Weights with Adam's moments: ``weight/name``, ``first/name``, ``second/name``.

    The second moment keeps away from zero, where an update would hang on rounding.
    """
    state = {f"weight/{name}": value for name, value in weights.items()}
    for name, value in weights.items():
        state[f"first/{name}"] = normal(generator, *value.shape, scale=1e-3)
        spread = np.abs(normal(generator, *value.shape))
        state[f"second/{name}"] = ((0.5 + spread) * 1e-6).astype(np.float32)
    return state


def part(arrays: Mapping[str, Value], kind: str) -> dict[str, Value]:
    """The arrays named ``kind/...``, without that prefix, in order."""
    prefix = f"{kind}/"
    return {n.removeprefix(prefix): v for n, v in arrays.items() if n.startswith(prefix)}


def reference_step(inputs: Arrays, loss: Array, gradients: Arrays) -> dict[str, Array]:
    """What a step must give: loss, every gradient, second moments, change of every weight.

    Float64 in, float64 out.
    """
    compared = {"loss": loss}
    t = STEPS_BEFORE + 1
    for name, g in gradients.items():
        first = BETA1 * inputs[f"first/{name}"] + (1 - BETA1) * g
        second = BETA2 * inputs[f"second/{name}"] + (1 - BETA2) * g**2
        corrected = np.sqrt(second / (1 - BETA2**t)) + EPSILON
        compared[f"gradient/{name}"] = g
        compared[f"second/{name}"] = second
        compared[f"change/{name}"] = -RATE * (first / (1 - BETA1**t)) / corrected
    return compared


def derive_step(inputs: Arrays, outputs: Arrays) -> dict[str, Array]:
    """What :func:`reference_step` gives, from the state before and after a framework's step.

    A gradient is read off the first moment that it moved: no framework has to hand out what its
    compiler would rather fuse away.
    """
    compared = {"loss": outputs["loss"]}
    for name, first in part(outputs, "first").items():
        compared[f"gradient/{name}"] = (first - BETA1 * inputs[f"first/{name}"]) / (1 - BETA1)
        compared[f"second/{name}"] = outputs[f"second/{name}"]
        compared[f"change/{name}"] = outputs[f"weight/{name}"] - inputs[f"weight/{name}"]
    return compared


def adam(
    w: Native, g: Native, m: Native, v: Native, t: Native, sqrt: Callable[[Native], Native]
) -> tuple[Native, Native, Native]:
    """The formula above on any framework's arrays: new weight, first and second moment."""
    first = BETA1 * m + (1 - BETA1) * g
    second = BETA2 * v + (1 - BETA2) * (g * g)
    corrected = sqrt(second / (1 - BETA2**t)) + EPSILON
    return w - RATE * (first / (1 - BETA1**t)) / corrected, first, second


def carried(
    adapter: Adapter,
    inputs: Arrays,
    gradient: Callable[[Native, Native, Native], tuple[Native, Native]],
    layout: str,
    turns: Turns = NEUTRAL,
) -> Program:
    """A program that carries its state from step to step, without side effects.

    Args:
        adapter: of the framework that computes.
        inputs: x, labels, and the state as :func:`draw_state` names it.
        gradient: (weights, x, labels) to (loss, gradients), weights by name.
        layout: as in :class:`Program`.
        turns: of weights and their moments.
    """
    sqrt = adapter.operations.sqrt

    def start() -> Native:
        kinds = ("weight", "first", "second")
        parts = [part(inputs, kind) for kind in kinds]
        state = [
            {n: adapter.array(turns.inward(n, v)) for n, v in values.items()} for values in parts
        ]
        return (*state, adapter.array(np.asarray(STEPS_BEFORE, np.float32)))

    def advance(state: Native, x: Native, labels: Native) -> tuple[Native, Native]:
        weights, firsts, seconds, t = state
        loss, gradients = gradient(weights, x, labels)
        t = t + 1
        new = {n: adam(w, gradients[n], firsts[n], seconds[n], t, sqrt) for n, w in weights.items()}
        columns = [{n: values[place] for n, values in new.items()} for place in range(3)]
        return (*columns, t), loss

    program = adapter.compile(advance, (0,))
    state = start()

    def on(data: Arrays) -> Callable[[], Native]:
        x, labels = adapter.array(data["x"]), adapter.array(data["labels"])

        def step() -> Native:
            nonlocal state
            state, loss = program(state, x, labels)
            return state, loss

        return step

    def reset() -> None:
        nonlocal state
        state = start()

    def read(result: Native) -> dict[str, Array]:
        (weights, firsts, seconds, _), loss = result
        outputs = {"loss": adapter.neutral(loss)}
        for kind, values in (("weight", weights), ("first", firsts), ("second", seconds)):
            outputs |= {
                f"{kind}/{n}": turns.outward(n, adapter.neutral(v)) for n, v in values.items()
            }
        return outputs

    return Program(step=on(inputs), read=read, layout=layout, reset=reset, on=on)


def in_place(
    adapter: Adapter,
    inputs: Arrays,
    variables: Mapping[str, Native],
    stepper: Callable[[Sequence[Native], Sequence[Native], Native], Callable[..., Native]],
    variable: Callable[[Array], Native],
    assign: Callable[[Native, Native], object],
    layout: str,
    turns: Turns = NEUTRAL,
) -> Program:
    """A program that changes variables where they are, as PyTorch and TensorFlow users do.

    Args:
        adapter: of the framework that computes.
        inputs: x, labels, and the state as :func:`draw_state` names it.
        variables: the weights by name, already holding their values.
        stepper: from first moments, second moments and t to a function of (x, labels) that gives
            the loss and changes all of them and the weights.
        variable: makes a variable for a moment.
        assign: puts a value into a variable.
        layout: as in :class:`Program`.
        turns: of weights and their moments.
    """
    firsts = {n: variable(turns.inward(n, v)) for n, v in part(inputs, "first").items()}
    seconds = {n: variable(turns.inward(n, v)) for n, v in part(inputs, "second").items()}
    t = variable(np.asarray(STEPS_BEFORE, np.float32))
    advance = stepper(list(firsts.values()), list(seconds.values()), t)
    kinds = {"weight": variables, "first": firsts, "second": seconds}

    def reset() -> None:
        for kind, values in kinds.items():
            for name, target in values.items():
                value = turns.inward(name, inputs[f"{kind}/{name}"])
                assign(target, adapter.array(value))
        assign(t, adapter.array(np.asarray(STEPS_BEFORE, np.float32)))

    def read(loss: Native) -> dict[str, Array]:
        outputs = {"loss": adapter.neutral(loss)}
        for kind, values in kinds.items():
            outputs |= {
                f"{kind}/{n}": turns.outward(n, adapter.neutral(v)) for n, v in values.items()
            }
        return outputs

    def on(data: Arrays) -> Callable[[], Native]:
        x, labels = adapter.array(data["x"]), adapter.array(data["labels"])
        return lambda: advance(x, labels)

    return Program(step=on(inputs), read=read, layout=layout, reset=reset, on=on)

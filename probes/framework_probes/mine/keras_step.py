"""A training step of somebody's Keras model, with the loss and the optimizer of the file.

Compared with what the first back end gave are the loss and every gradient. The optimizer's update
is Keras' own code on each back end; comparing weights after it would compare how rounding decides
the sign of gradients that are almost zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from framework_probes.equality import WrongResult
from framework_probes.mine.callables import LAYOUT
from framework_probes.mine.definition import TARGET, Definition
from framework_probes.mine.models import keras_model, model_inputs, together
from framework_probes.mine.witness import Witness
from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Program


@dataclass(slots=True)
class Training:
    """A model with its loss and optimizer, and what all its variables held at first."""

    adapter: Adapter
    model: Native
    loss: Native
    optimizer: Native
    start: list[Array]

    @classmethod
    def of(cls, definition: Definition, witness: Witness, adapter: Adapter) -> Training:
        """As the file has it."""
        model = keras_model(definition, witness, adapter)
        given = definition.function("training")()
        if not isinstance(given, tuple) or len(given) != 2 or not hasattr(given[1], "apply"):
            raise WrongResult(
                f"{definition.source.name}: training() must return a loss and an optimizer: "
                "return keras.losses.MeanSquaredError(), keras.optimizers.Adam()"
            )
        given[1].build(model.trainable_variables)
        made = cls(adapter, model, *given, [])
        made.start = [np.array(adapter.neutral(v.value)) for v in made.variables]
        return made

    @property
    def variables(self) -> list[Native]:
        """Everything that a step may change."""
        return [*self.model.variables, *self.optimizer.variables]

    @property
    def weights(self) -> list[Native]:
        """What is trained."""
        return list(self.model.trainable_variables)

    def reset(self) -> None:
        """Back to the start."""
        for variable, value in zip(self.variables, self.start, strict=True):
            variable.assign(value)

    def value(self, x: Native, target: Native) -> Native:
        """The loss, that of the model's own regularisers included."""
        loss = self.loss(target, self.model(x, training=True))
        return sum(self.model.losses, loss)

    def named(self, value: Native, gradients: Native) -> dict[str, Array]:
        """Loss and gradients by name, the same on every back end and in every model."""
        neutral = self.adapter.neutral
        found = {"loss": neutral(value)}
        for place, (weight, g) in enumerate(zip(self.weights, gradients, strict=True)):
            found[f"gradient {place} ({weight.name})"] = neutral(g)
        return found


def builder(definition: Definition, witness: Witness) -> Builder:
    """A builder of the training step on any back end."""

    def build(adapter: Adapter, inputs: Arrays) -> Program:
        training = Training.of(definition, witness, adapter)
        make = {"tensorflow": _tensorflow, "jax": _jax, "pytorch": _pytorch}
        advance, reset = make[adapter.backend.subject](training)
        names = model_inputs(inputs)

        def on(data: Arrays) -> Callable[[], Native]:
            x = together([adapter.array(data[name]) for name in names])
            target = adapter.array(data[TARGET])
            return lambda: advance(x, target)

        def read(result: Native) -> dict[str, Array]:
            return training.named(result[0], result[1])

        return Program(step=on(inputs), on=on, read=read, layout=LAYOUT, reset=reset)

    return build


#: A step that gives loss and gradients first, and what puts it back to the start.
Step = tuple[Callable[[Native, Native], Native], Callable[[], None]]


def _tensorflow(training: Training) -> Step:
    tf, adapter = training.adapter.backend.module, training.adapter

    def advance(x: Native, target: Native) -> Native:
        with tf.GradientTape() as tape:
            value = training.value(x, target)
        gradients = tape.gradient(value, [w.value for w in training.weights])
        training.optimizer.apply(gradients, training.weights)
        # Of an embedding it is a list of rows.
        return value, [tf.convert_to_tensor(g) for g in gradients]

    return adapter.compile(advance), training.reset


def _pytorch(training: Training) -> Step:
    """Compiled are the loss and, with it, the gradients; the optimizer runs as Keras wrote it."""
    torch = training.adapter.backend.module
    loss = training.adapter.compile(training.value)
    parameters = [w.value for w in training.weights]

    def advance(x: Native, target: Native) -> Native:
        value = loss(x, target)
        gradients = torch.autograd.grad(value, parameters)
        with torch.no_grad():
            training.optimizer.apply(gradients, training.weights)
        return value, gradients

    def reset() -> None:
        with torch.no_grad():
            training.reset()

    return advance, reset


def _jax(training: Training) -> Step:
    """State goes in and comes out, as in Keras' own trainer on JAX."""
    jax, adapter = training.adapter.backend.module, training.adapter
    model, optimizer = training.model, training.optimizer
    groups = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)

    def loss(trained: Native, fixed: Native, x: Native, target: Native) -> Native:
        predicted, fixed, losses = model.stateless_call(
            trained, fixed, x, training=True, return_losses=True
        )
        return sum(losses, training.loss(target, predicted)), fixed

    gradient = jax.value_and_grad(loss, has_aux=True)

    def advance(state: Native, x: Native, target: Native) -> Native:
        trained, fixed, kept = state
        (value, fixed), gradients = gradient(trained, fixed, x, target)
        trained, kept = optimizer.stateless_apply(kept, gradients, trained)
        return value, gradients, (trained, fixed, kept)

    program = adapter.compile(advance, (0,))

    def start() -> Native:
        places = {id(v): value for v, value in zip(training.variables, training.start, strict=True)}
        return tuple([adapter.array(places[id(v)]) for v in group] for group in groups)

    state = start()

    def step(x: Native, target: Native) -> Native:
        nonlocal state
        result = program(state, x, target)
        state = result[2]
        return result

    def reset() -> None:
        nonlocal state
        state = start()

    return step, reset

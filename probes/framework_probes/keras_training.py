"""Keras' own training: ``compile``, its optimizer, its metrics. See ``training`` for the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Native, Program
from framework_probes.training import BETA1, BETA2, EPSILON, RATE, STEPS_BEFORE


def keras_fit(
    adapter: Adapter, inputs: Arrays, model: Native, names: Sequence[str], layout: str
) -> Program:
    """A step as ``fit`` does it, less its loop over data: ``train_on_batch``.

    Keras' Adam puts epsilon where the root is not yet corrected, which moves an update by some
    1e-5 of itself here: within what is tolerated.

    Args:
        adapter: of Keras.
        inputs: x, labels and state, as ``training.draw_state`` names it.
        model: built, its weights those of the inputs.
        names: of the trainable weights in the model's order.
        layout: as in :class:`~framework_probes.probe.Program`.
    """
    keras = adapter.module
    optimizer = keras.optimizers.Adam(RATE, BETA1, BETA2, EPSILON)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    optimizer.build(model.trainable_variables)
    weights = model.trainable_variables
    kinds = {
        "weight": dict(zip(names, weights, strict=True)),
        "first": dict(zip(names, _kept(optimizer, "momentum"), strict=True)),
        "second": dict(zip(names, _kept(optimizer, "velocity"), strict=True)),
    }

    def reset() -> None:
        for kind, variables in kinds.items():
            for name, variable in variables.items():
                variable.assign(inputs[f"{kind}/{name}"].reshape(variable.shape))
        optimizer.iterations.assign(STEPS_BEFORE)
        # The loss that comes back is the mean since then.
        model.reset_metrics()

    def on(data: Arrays) -> Callable[[], Native]:
        x, labels = adapter.array(data["x"]), adapter.array(data["labels"])
        # The loss is a number by then; the model says where it is.
        return lambda: (model.train_on_batch(x, labels), model)

    def read(result: Native) -> dict[str, Array]:
        outputs = {"loss": np.asarray(result[0], np.float32)}
        for kind, variables in kinds.items():
            for name, variable in variables.items():
                key = f"{kind}/{name}"
                outputs[key] = adapter.neutral(variable.value).reshape(inputs[key].shape)
        return outputs

    reset()
    return Program(step=on(inputs), read=read, layout=layout, reset=reset, on=on)


def _kept(optimizer: Native, kind: str) -> list[Native]:
    """The optimizer's moments of that kind, in the order of the weights."""
    return [variable for variable in optimizer.variables if variable.path.endswith(kind)]

"""The framework itself, as its users ask it for one answer: what runtimes are compared with."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np

from framework_probes.deployment.artefacts import Served, Task
from framework_probes.probe import Array, Native


def run(task: Task) -> Served:
    """The model as it was built, before any export."""
    return asked(task, task.framework, task.backend, task.source())


def asked(
    task: Task, framework: str, backend: str | None, model: Native, started: float | None = None
) -> Served:
    """One thread: PyTorch in inference mode, ``tf.function``, ``jax.jit``."""
    match backend or framework:
        case "pytorch":
            torch = import_module("torch")
            torch.set_num_threads(1)
            with torch.inference_mode():
                return task.serve(lambda rows: model(torch.from_numpy(rows)).numpy(), started)
        case "tensorflow":
            tf = import_module("tensorflow")
            function = tf.function(model)
            return task.serve(lambda rows: function(tf.constant(rows)).numpy(), started)
        case _:
            function = import_module("jax").jit(_pure(framework, model))
            return task.serve(lambda rows: np.asarray(function(rows)), started)


def _pure(framework: str, model: Native) -> Callable[[Array], Native]:
    """A function of JAX: of a Keras model what it is at its weights."""
    if framework != "keras":
        return model  # type: ignore[no-any-return]
    kept = [
        [variable.value for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    ]
    return lambda rows: model.stateless_call(*kept, rows)[0]

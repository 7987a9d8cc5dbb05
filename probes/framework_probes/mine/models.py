"""One Keras model on its back ends, or a torch module beside it, with the same weights for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from framework_probes.equality import WrongResult
from framework_probes.frameworks import keras
from framework_probes.mine.callables import LAYOUT
from framework_probes.mine.definition import TARGET, Definition, named
from framework_probes.mine.weights import Map
from framework_probes.mine.witness import Witness
from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Program

#: Where a model draws its first weights from.
SEED = 0
Weights = Mapping[str, Array]


def keras_model(definition: Definition, witness: Witness, adapter: Adapter) -> Native:
    """The file's Keras model with the weights that everybody has."""
    name = definition.source.name
    adapter.module.utils.set_random_seed(SEED)
    model = definition.function("keras_model")()
    if not isinstance(model, adapter.module.Model) or not model.built:
        raise WrongResult(
            f"{name}: keras_model() returned {type(model).__name__}; expected a built keras.Model: "
            "begin it with keras.Input(shape), or call it once"
        )
    kept = witness.weights()
    if definition.kind == "torch-and-keras":
        if kept is None:
            raise WrongResult("the torch module, whose weights everybody is given, was not built")
        Map.of(definition).carry(kept, model.weights)
    elif kept is None:
        weights = model.get_weights()
        witness.keep_weights({str(place): value for place, value in enumerate(weights)})
    else:
        model.set_weights(list(kept.values()))
    return model


def torch_module(definition: Definition, witness: Witness, adapter: Adapter) -> Native:
    """The file's torch module, in evaluation, with the weights that everybody has."""
    torch = adapter.module
    torch.manual_seed(SEED)
    module = definition.function("torch_model")()
    if not isinstance(module, torch.nn.Module):
        raise WrongResult(
            f"{definition.source.name}: torch_model() returned {type(module).__name__}; expected "
            "a torch.nn.Module"
        )
    kept = witness.weights()
    if kept is None:
        state = module.state_dict()
        witness.keep_weights({name: value.numpy().copy() for name, value in state.items()})
    else:
        module.load_state_dict({name: torch.from_numpy(value) for name, value in kept.items()})
    return module.eval()


def builders(definition: Definition, witness: Witness) -> dict[str, Builder]:
    """Of inference, for each framework of the file."""
    return {
        framework: _bound(_pytorch if framework == "pytorch" else _keras, definition, witness)
        for framework in definition.frameworks
    }


def _bound(build: Any, definition: Definition, witness: Witness) -> Builder:
    return lambda adapter, inputs: build(definition, witness, adapter, inputs)


def _keras(definition: Definition, witness: Witness, adapter: Adapter, inputs: Arrays) -> Program:
    model = keras_model(definition, witness, adapter)
    forward = keras.inference(adapter, model)
    names = model_inputs(inputs)

    def on(data: Arrays) -> Callable[[], Native]:
        x = together([adapter.array(data[name]) for name in names])
        return lambda: forward(x)

    def read(result: Native) -> dict[str, Array]:
        return {key: adapter.neutral(value) for key, value in named(result).items()}

    return Program(step=on(inputs), on=on, read=read, layout=LAYOUT)


def _pytorch(definition: Definition, witness: Witness, adapter: Adapter, inputs: Arrays) -> Program:
    module = torch_module(definition, witness, adapter)
    inward = definition.executed.get("TO_TORCH", {})
    outward = definition.executed.get("FROM_TORCH")
    names = model_inputs(inputs)
    forward = adapter.compile(module)

    def on(data: Arrays) -> Callable[[], Native]:
        arrays = [adapter.array(_turned(data[name], inward.get(name))) for name in names]
        return lambda: forward(*arrays)

    def read(result: Native) -> dict[str, Array]:
        found = {key: adapter.neutral(value) for key, value in named(result).items()}
        return {key: _turned(value, outward) for key, value in found.items()}

    return Program(step=on(inputs), on=on, read=read, layout=LAYOUT)


def model_inputs(inputs: Arrays) -> list[str]:
    """Names of what the model is given, in order."""
    return [name for name in inputs if name != TARGET]


def together(arrays: Sequence[Native]) -> Native:
    """As Keras takes them: one by itself, several in a list."""
    return arrays[0] if len(arrays) == 1 else list(arrays)


def _turned(value: Array, axes: Sequence[int] | None) -> Array:
    return value if axes is None else np.ascontiguousarray(value.transpose(axes))

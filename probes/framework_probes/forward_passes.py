"""From a network that is written once to its forward pass, in every framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from framework_probes.frameworks import keras
from framework_probes.layers import Network, layers_of
from framework_probes.layers.recorded import Recorded, RecordedLayers
from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Probe, Program
from framework_probes.results import Framework
from framework_probes.train_steps import Model, weight_name
from framework_probes.training_loops import TORCH_LAYOUT, TORCH_TURNS

Draw = Callable[[np.random.Generator], dict[str, Array]]


def forward_probe(
    id_: str,
    title: str,
    measures: str,
    shape: str,
    families: tuple[tuple[str, float], ...],
    cost_s: float,
    *,
    network: Network,
    model: Model,
    weights: Draw,
    x: Callable[[np.random.Generator], Array],
    products: int,
    bytes_: int,
    request: bool = False,
    images: bool = False,
) -> Probe:
    """The probe of one forward pass.

    ``network`` and ``model`` are those of a :class:`~framework_probes.train_steps.Classifier`;
    ``x`` draws what goes in, images (NHWC) where ``images`` says so; ``products`` are the
    multiplications of one pass. ``request``: a batch of one, each call waited for by itself. The
    others are as in :class:`Probe`.
    """

    def draw(generator: np.random.Generator) -> dict[str, Array]:
        return {"x": x(generator), **weights(generator)}

    def solve(inputs: Arrays) -> dict[str, Array]:
        made_of = {name: Recorded(value) for name, value in inputs.items()}
        return {"y": network(RecordedLayers(), made_of, made_of["x"]).value}

    def native(adapter: Adapter, inputs: Arrays) -> Program:
        layers, torch = layers_of(adapter), adapter.subject == "pytorch"
        turn = TORCH_TURNS.inward if torch else lambda _, value: value
        arrays = {n: adapter.array(turn(n, v)) for n, v in inputs.items() if n != "x"}
        forward = adapter.compile(lambda x, w: network(layers, w, x))
        layout = TORCH_LAYOUT if torch and images else usual
        return _program(adapter, inputs, lambda x: forward(x, arrays), layout)

    def by_keras(adapter: Adapter, inputs: Arrays) -> Program:
        made = model(adapter.module)
        for variable in made.trainable_variables:
            variable.assign(inputs[weight_name(made, variable)].reshape(variable.shape))
        return _program(adapter, inputs, keras.inference(adapter, made), usual)

    usual = "NHWC" if images else "row-major"
    builders: Mapping[Framework | Literal["numpy"], Builder] = {
        "pytorch": native,
        "tensorflow": native,
        "jax": native,
        "keras": by_keras,
    }
    return Probe(
        id=id_,
        title=title,
        measures=measures,
        shape=shape,
        dtype="float32",
        flops=2 * products,
        bytes=bytes_,
        reference_kind="roofline",
        criterion="inference_speed",
        families=families,
        tolerances={"float32": 2e-5},
        cost_s=cost_s,
        trains=False,
        draw=draw,
        solve=solve,
        data=("x",),
        batch=() if request else ("x",),
        layers=True,
        request=request,
        builders=builders,
    )


def _program(
    adapter: Adapter, inputs: Arrays, forward: Callable[[Native], Native], layout: str
) -> Program:
    def on(data: Arrays) -> Callable[[], Native]:
        x = adapter.array(data["x"])
        return lambda: forward(x)

    return Program(
        step=on(inputs),
        on=on,
        read=lambda y: {"y": keras.output(adapter, y)},
        layout=layout,
    )

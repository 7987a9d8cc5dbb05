"""From a network that is written once to its training step in every framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from framework_probes.frameworks import keras
from framework_probes.keras_training import keras_fit
from framework_probes.layers import Network, layers_of
from framework_probes.layers.recorded import loss_and_gradients
from framework_probes.probe import (
    Adapter,
    Array,
    Arrays,
    Builder,
    Native,
    Probe,
    Program,
    normal,
    shapes_of,
    total_bytes,
)
from framework_probes.results import Framework
from framework_probes.training import Turns, carried, derive_step, draw_state, part, reference_step
from framework_probes.training_loops import (
    TORCH_LAYOUT,
    TORCH_TURNS,
    jax_gradient,
    tensorflow_in_place,
    torch_in_place,
)

#: From Keras' module to a model. Its layers have the names of the weights, see
#: :func:`weight_name`; what these hold is set afterwards.
Model = Callable[[Native], Native]
#: Keras' names of weights that have others here.
KINDS = {"gamma": "scale", "beta": "shift", "embeddings": "table"}


@dataclass(frozen=True, slots=True)
class Classifier:
    """A network that is trained: logits of each row against its label.

    Attributes:
        network: logits from weights and data, of any framework's layers.
        model: the same by Keras' layers.
        weights: drawn, by name. What ends in ``kernel`` is one, see ``framework_probes.layers``.
        data: ``x`` and ``labels``, drawn.
        products: multiplications of one forward pass; ``first``: those by the data itself, whose
            gradient is never needed.
        images: whether ``x`` holds images, NHWC.
        flat: weights that the loss does not hang on: of their gradients, rounding is all there is.
    """

    network: Network
    model: Model
    weights: Callable[[np.random.Generator], dict[str, Array]]
    data: Callable[[np.random.Generator], dict[str, Array]]
    products: int
    first: int
    images: bool = False
    flat: tuple[str, ...] = ()

    def draw(self, generator: np.random.Generator) -> dict[str, Array]:
        """Data, weights, and Adam's moments."""
        data = self.data(generator)
        return data | draw_state(generator, self.weights(generator))

    def solve(self, inputs: Arrays) -> dict[str, Array]:
        """The step in float64."""
        weights = part(inputs, "weight")
        found = loss_and_gradients(self.network, weights, inputs["x"], inputs["labels"])
        compared = reference_step(inputs, *found)
        return {n: v for n, v in compared.items() if n.removeprefix("gradient/") not in self.flat}

    @property
    def layout(self) -> str:
        """Of what goes through the network, where a framework has no other."""
        return "NHWC" if self.images else "row-major"

    @property
    def flops(self) -> int:
        """Each product counted three times: backward takes two for each of them."""
        return 2 * (3 * self.products - self.first)

    @property
    def bytes(self) -> int:
        """Data and Adam's state read, the state written."""
        arrays = shapes_of(self.draw)
        state = {name: value for name, value in arrays.items() if "/" in name}
        return total_bytes(arrays) + total_bytes(state)

    @property
    def builders(self) -> dict[Framework | Literal["numpy"], Builder]:
        """How each framework trains it."""
        return {
            "pytorch": self.pytorch,
            "tensorflow": self.tensorflow,
            "jax": self.jax,
            "keras": self.keras,
        }

    def pytorch(self, adapter: Adapter, inputs: Arrays) -> Program:
        """In place, or as one graph.

        As one function of the state, the whole step becomes one graph. Compiling the loss alone
        leaves its layouts to the backward pass, which doubled the time when this was written.
        """
        torch, layers = adapter.module, layers_of(adapter)
        layout = TORCH_LAYOUT if self.images else self.layout

        def loss(w: Native, x: Native, labels: Native) -> Native:
            return torch.nn.functional.cross_entropy(self.network(layers, w, x), labels)

        if adapter.tier == "compiled":
            value = torch.func.grad_and_value(loss)

            def gradient(w: Native, x: Native, labels: Native) -> tuple[Native, Native]:
                gradients, result = value(w, x, labels)
                return result, gradients

            return carried(adapter, inputs, gradient, layout, TORCH_TURNS)
        weights = {
            name: adapter.array(TORCH_TURNS.inward(name, value)).requires_grad_()
            for name, value in part(inputs, "weight").items()
        }
        return torch_in_place(
            adapter, inputs, weights, lambda x, y: loss(weights, x, y), layout, TORCH_TURNS
        )

    def tensorflow(self, adapter: Adapter, inputs: Arrays) -> Program:
        """Variables and a tape."""
        layers = layers_of(adapter)
        w = {n: adapter.module.Variable(v) for n, v in part(inputs, "weight").items()}
        return tensorflow_in_place(
            adapter, inputs, w, lambda x: self.network(layers, w, x), self.layout
        )

    def jax(self, adapter: Adapter, inputs: Arrays) -> Program:
        """A function of the state."""
        layers = layers_of(adapter)
        gradient = jax_gradient(adapter.module, lambda w, x: self.network(layers, w, x))
        return carried(adapter, inputs, gradient, self.layout)

    def keras(self, adapter: Adapter, inputs: Arrays) -> Program:
        """Keras' layers in its own trainer, or in the loop that it documents for each back end."""
        return train_model(adapter, inputs, self.model(adapter.module), self.layout)

    def probe(
        self,
        id_: str,
        title: str,
        measures: str,
        shape: str,
        families: tuple[tuple[str, float], ...],
        cost_s: float,
        builders: Mapping[Framework | Literal["numpy"], Builder] | None = None,
        tolerance: float = 2e-4,
    ) -> Probe:
        """The probe of this step.

        ``builders``: of frameworks that do it in another way. ``tolerance``: a change of 1e-3 in
        weights near 1 keeps four digits of float32, not seven; and where few rows make a gradient,
        it shows if rounding puts one of them on the other side of a ReLU.
        """
        return Probe(
            id=id_,
            title=title,
            measures=measures,
            shape=shape,
            dtype="float32",
            flops=self.flops,
            bytes=self.bytes,
            reference_kind="roofline",
            criterion="training_speed",
            families=families,
            tolerances={"float32": tolerance},
            cost_s=cost_s,
            trains=True,
            draw=self.draw,
            solve=self.solve,
            data=("x", "labels"),
            layers=True,
            derive=derive_step,
            builders=self.builders | dict(builders or {}),
        )


def train_model(adapter: Adapter, inputs: Arrays, model: Native, layout: str) -> Program:
    """The training step of a Keras model, of Keras' own or of TensorFlow's.

    Args:
        adapter: of Keras, or of TensorFlow.
        inputs: x, labels and state.
        model: built; its weights are set here.
        layout: as in :class:`~framework_probes.probe.Program`.
    """
    trained = {weight_name(model, variable): variable for variable in model.trainable_variables}
    names = list(trained)
    shapes = {name: value.shape for name, value in part(inputs, "weight").items()}
    # Keras keeps weights of attention split into heads: the same numbers in the same order.
    turns = Turns(
        lambda name, value: value.reshape(trained[name].shape),
        lambda name, value: value.reshape(shapes[name]),
    )
    for name, variable in trained.items():
        variable.assign(turns.inward(name, inputs[f"weight/{name}"]))
    if keras.fits(adapter):
        return keras_fit(adapter, inputs, model, names, layout)
    backend = adapter.backend
    if backend.subject == "jax":
        fixed = [variable.value for variable in model.non_trainable_variables]

        def forward(w: Native, x: Native) -> Native:
            weights = [w[name] for name in names]
            return model.stateless_call(weights, fixed, x, training=True)[0]

        gradient = jax_gradient(backend.module, forward)
        return carried(adapter, inputs, gradient, layout, turns)
    # In the order of the state, which is not that of the model.
    variables = {name: trained[name].value for name in shapes}
    if backend.subject == "tensorflow":
        return tensorflow_in_place(
            adapter, inputs, variables, lambda x: model(x, training=True), layout, turns
        )
    cross_entropy = backend.module.nn.functional.cross_entropy
    return torch_in_place(
        adapter,
        inputs,
        variables,
        lambda x, labels: cross_entropy(model(x, training=True), labels),
        layout,
        turns,
    )


def weight_name(model: Native, variable: Native) -> str:
    """``conv1.kernel`` of the layer ``conv1``; what is inside of a cell counts as the layer's."""
    *places, kind = variable.path.split("/")
    places = [p for p in places if p != model.name and not p.endswith("_cell")]
    return ".".join([*places, KINDS.get(kind, kind)])


def dense_weights(
    generator: np.random.Generator, name: str, shape: tuple[int, ...]
) -> dict[str, Array]:
    """A kernel and a bias. He's scale keeps activations near 1 through ReLUs."""
    scale = float((2.0 / np.prod(shape[:-1])) ** 0.5)
    return {
        f"{name}.kernel": normal(generator, *shape, scale=scale),
        f"{name}.bias": normal(generator, shape[-1], scale=0.1),
    }


def labels(generator: np.random.Generator, rows: int, classes: int) -> Array:
    """A class for each row."""
    return generator.integers(0, classes, rows, dtype=np.int32)

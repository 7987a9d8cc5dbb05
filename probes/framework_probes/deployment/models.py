"""The models that every path is tried on: written once, with the same weights in each framework.

A model of somebody's own is a file; see ``own``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np

from framework_probes.deployment import cnn, encoder, own
from framework_probes.layers import Network
from framework_probes.layers.recorded import Recorded, RecordedLayers
from framework_probes.probe import Array, Arrays, Native, normal

#: Rows that are compared, and those that quantization is calibrated on.
ROWS, CALIBRATION = 32, 64


class Model(Protocol):
    """A model that can be built in each framework."""

    @property
    def id(self) -> str:
        """Its name in results."""

    @property
    def images(self) -> bool:
        """Whether rows are images, NHWC: PyTorch is then given NCHW."""

    @property
    def scores(self) -> bool:
        """Whether outputs are scores of classes, so that the best one can be compared."""

    def rows(self, count: int, seed: int) -> Array:
        """So many inputs, float32, NHWC where they are images."""

    def reference(self, rows: Array, seed: int) -> Array:
        """What must come out, in float64."""

    def build(self, framework: str, module: Native, seed: int) -> Native:
        """A torch module, a ``tf.Module``, a Keras model or a function of JAX, with the weights.

        ``module``: the framework, imported.
        """


@dataclass(frozen=True, slots=True)
class ReferenceModel:
    """A :class:`Model` whose network is written over ``layers``; PyTorch and Keras have their own.

    Attributes:
        shape: of one row.
        torch: from torch and weights to a module, made as PyTorch's users make it.
        keras: from keras and weights to a model.
    """

    id: str
    title: str
    shape: tuple[int, ...]
    images: bool
    scores: bool
    flops: int
    network: Network
    weights: Callable[[np.random.Generator], dict[str, Array]]
    torch: Callable[[Native, Arrays], Native]
    keras: Callable[[Native, Arrays], Native]

    def drawn(self, seed: int) -> dict[str, Array]:
        """The weights, in the neutral form."""
        return self.weights(np.random.default_rng([seed, 1]))

    def rows(self, count: int, seed: int) -> Array:
        """Standard normal."""
        return normal(np.random.default_rng([seed, 2]), count, *self.shape)

    def reference(self, rows: Array, seed: int) -> Array:
        """The network over layers of NumPy."""
        made_of = {n: Recorded(v.astype(np.float64)) for n, v in self.drawn(seed).items()}
        result: Recorded = self.network(RecordedLayers(), made_of, Recorded(rows.astype(float)))
        return result.value

    def build(self, framework: str, module: Native, seed: int) -> Native:
        """See :class:`Model`."""
        weights = self.drawn(seed)
        match framework:
            case "pytorch":
                return self.torch(module, weights)
            case "keras":
                return self.keras(module, weights)
            case "tensorflow":
                return _tf_module(module, self, weights)
            case _:
                return _jax_function(module, self, weights)


def _tf_module(tf: Native, model: ReferenceModel, weights: Arrays) -> Native:
    from framework_probes.layers import tensorflow

    class Network(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name=model.id)
            self.kept = {name: tf.Variable(value, name=name) for name, value in weights.items()}

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def __call__(self, x: Native) -> Native:
            return model.network(tensorflow.layers(tf), self.kept, x)

    return Network()


def _jax_function(jax: Native, model: ReferenceModel, weights: Arrays) -> Native:
    from framework_probes.layers import jax as layers_of_jax

    layers = layers_of_jax.layers(jax)
    kept = {name: jax.numpy.asarray(value) for name, value in weights.items()}
    return lambda x: model.network(layers, kept, x)


CNN = ReferenceModel(
    id="cnn",
    title="The article's CNN, a 28 x 28 image",
    shape=(cnn.SIDE, cnn.SIDE, 1),
    images=True,
    scores=True,
    flops=2 * cnn.products(),
    network=cnn.network,
    weights=cnn.weights,
    torch=cnn.torch_module,
    keras=cnn.keras_model,
)
ENCODER = ReferenceModel(
    id="encoder",
    title="A transformer encoder block, a sequence of 64",
    shape=(encoder.SEQUENCE, encoder.WIDTH),
    images=False,
    scores=False,
    flops=2 * encoder.products(),
    network=encoder.network,
    weights=encoder.weights,
    torch=encoder.torch_module,
    keras=encoder.keras_model,
)
MODELS: Mapping[str, Model] = MappingProxyType({model.id: model for model in (CNN, ENCODER)})


def model_of(name: str) -> Model:
    """The reference model of that name, or the one that the file at that path brings.

    Raises:
        BadFile: the file is not what it must be.
    """
    return MODELS[name] if name in MODELS else own.read(Path(name))

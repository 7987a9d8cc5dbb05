"""The network of ``catalogue.cnn_train_step`` among the reference models."""

from __future__ import annotations

import math

from framework_probes.catalogue.cnn_train_step import (
    CLASSES,
    PLACES,
    SHAPES,
    SIDE,
    model,
    network,
    weights,
)
from framework_probes.deployment.torch_state import with_state
from framework_probes.probe import Arrays, Native
from framework_probes.train_steps import weight_name

__all__ = ["SIDE", "keras_model", "network", "products", "torch_module", "weights"]


def products() -> int:
    """Multiplications of one image's pass."""
    return sum(PLACES[name] * math.prod(shape) for name, shape in SHAPES.items())


def torch_module(torch: Native, weights: Arrays) -> Native:
    """A ``Sequential`` as PyTorch's users write it, on NCHW."""
    nn = torch.nn
    module = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1600, 64),
        nn.ReLU(),
        nn.Linear(64, CLASSES),
    )
    # Flattened is NCHW here and NHWC elsewhere: rows of the first dense kernel change places.
    turned = weights["dense1.kernel"].reshape(5, 5, 64, 64).transpose(2, 0, 1, 3).reshape(1600, 64)
    state = {
        "0.weight": weights["conv1.kernel"].transpose(3, 2, 0, 1),
        "0.bias": weights["conv1.bias"],
        "3.weight": weights["conv2.kernel"].transpose(3, 2, 0, 1),
        "3.bias": weights["conv2.bias"],
        "7.weight": turned.T,
        "7.bias": weights["dense1.bias"],
        "9.weight": weights["dense2.kernel"].T,
        "9.bias": weights["dense2.bias"],
    }
    return with_state(torch, module, state)


def keras_model(keras: Native, weights: Arrays) -> Native:
    """The article's, of Keras' own layers."""
    made = model(keras)
    for variable in made.trainable_variables:
        variable.assign(weights[weight_name(made, variable)].reshape(variable.shape))
    return made

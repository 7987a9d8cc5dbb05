"""A small image classifier."""

import jax
from flax import nnx

from data import CLASSES


class Model(nnx.Module):
    """Two convolutions and two dense layers."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.first = nnx.Conv(1, 16, (3, 3), rngs=rngs)
        self.second = nnx.Conv(16, 32, (3, 3), rngs=rngs)
        self.dense = nnx.Linear(32 * 7 * 7, 64, rngs=rngs)
        self.head = nnx.Linear(64, CLASSES, rngs=rngs)

    def __call__(self, images: jax.Array) -> jax.Array:
        """From (batch, 28, 28, 1) to a score for each class."""
        hidden = nnx.max_pool(nnx.relu(self.first(images)), (2, 2), strides=(2, 2))
        hidden = nnx.max_pool(nnx.relu(self.second(hidden)), (2, 2), strides=(2, 2))
        return self.head(nnx.relu(self.dense(hidden.reshape(hidden.shape[0], -1))))

"""A small classifier of rows of numbers."""

import jax
from flax import nnx

from data import CLASSES, FEATURES


class Model(nnx.Module):
    """Three dense layers."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.first = nnx.Linear(FEATURES, 64, rngs=rngs)
        self.second = nnx.Linear(64, 64, rngs=rngs)
        self.head = nnx.Linear(64, CLASSES, rngs=rngs)

    def __call__(self, rows: jax.Array) -> jax.Array:
        """From (batch, features) to a score for each class."""
        return self.head(nnx.relu(self.second(nnx.relu(self.first(rows)))))

"""A small transformer encoder that classifies sequences of tokens."""

import jax
from flax import nnx

from data import CLASSES, LENGTH, TOKENS

WIDTH = 64


class Layer(nnx.Module):
    """Self-attention and feed-forward, each normalised after it is added."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.attention = nnx.MultiHeadAttention(4, WIDTH, decode=False, rngs=rngs)
        self.first_norm = nnx.LayerNorm(WIDTH, rngs=rngs)
        self.wide = nnx.Linear(WIDTH, 4 * WIDTH, rngs=rngs)
        self.narrow = nnx.Linear(4 * WIDTH, WIDTH, rngs=rngs)
        self.second_norm = nnx.LayerNorm(WIDTH, rngs=rngs)

    def __call__(self, hidden: jax.Array) -> jax.Array:
        """From (batch, length, width) to the same."""
        hidden = self.first_norm(hidden + self.attention(hidden))
        return self.second_norm(hidden + self.narrow(nnx.relu(self.wide(hidden))))


class Model(nnx.Module):
    """Embedding, learned positions, two encoder layers, mean, dense layer."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.embedding = nnx.Embed(TOKENS, WIDTH, rngs=rngs)
        self.positions = nnx.Param(0.02 * jax.random.normal(rngs.params(), (LENGTH, WIDTH)))
        self.first = Layer(rngs)
        self.second = Layer(rngs)
        self.head = nnx.Linear(WIDTH, CLASSES, rngs=rngs)

    def __call__(self, tokens: jax.Array) -> jax.Array:
        """From (batch, length) to a score for each class."""
        hidden = self.embedding(tokens) + self.positions[...]
        return self.head(self.second(self.first(hidden)).mean(axis=1))

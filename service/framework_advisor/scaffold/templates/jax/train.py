"""Trains the model: ``python train.py``."""

from contextlib import nullcontext

import jax
import numpy as np
import optax
from flax import nnx

from data import batch
from model import Model

#: How the recommendation runs it; without, the same code runs step by step in a debugger.
COMPILE = True


def _loss(model: Model, inputs: jax.Array, classes: jax.Array) -> jax.Array:
    return optax.softmax_cross_entropy_with_integer_labels(model(inputs), classes).mean()


@nnx.jit
def _step(
    model: Model, optimizer: nnx.Optimizer, inputs: jax.Array, classes: jax.Array
) -> jax.Array:
    loss, gradients = nnx.value_and_grad(_loss)(model, inputs, classes)
    optimizer.update(model, gradients)
    return loss


def train(steps: int = 200, *, compiled: bool = COMPILE) -> tuple[Model, list[float]]:
    """The trained model, and the loss of each step."""
    rng = np.random.default_rng(1)
    model = Model(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(2e-3), wrt=nnx.Param)
    with nullcontext() if compiled else jax.disable_jit():
        losses = [float(_step(model, optimizer, *batch(rng, 32))) for _ in range(steps)]
    return model, losses


def predict(model: Model, inputs: np.ndarray) -> np.ndarray:
    """Scores for each class."""
    return np.asarray(model(inputs))


if __name__ == "__main__":
    _, losses = train()
    print(f"loss {losses[0]:.3f} at first, {losses[-1]:.3f} after {len(losses)} steps")

"""Trains the model: ``python train.py``."""

import backend  # noqa: F401  # isort: skip  # before keras
import keras
import numpy as np

from data import batch
from model import build

#: How the recommendation runs it; without, the same code runs step by step in a debugger.
COMPILE = True


def train(steps: int = 200, *, compiled: bool = COMPILE) -> tuple[keras.Model, list[float]]:
    """The trained model, and the loss of each step."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(1)
    model = build()
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=compiled,
    )
    losses = [float(model.train_on_batch(*batch(rng, 32))) for _ in range(steps)]
    return model, losses


def predict(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """Scores for each class."""
    return keras.ops.convert_to_numpy(model(inputs, training=False))


if __name__ == "__main__":
    _, losses = train()
    print(
        f"{keras.backend.backend()}: "
        f"loss {losses[0]:.3f} at first, {losses[-1]:.3f} after {len(losses)} steps"
    )

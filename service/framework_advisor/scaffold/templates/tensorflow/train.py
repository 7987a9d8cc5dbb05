"""Trains the model in a loop of its own: ``python train.py``."""

import backend  # noqa: F401  # isort: skip  # before keras
import keras
import numpy as np
import tensorflow as tf

from data import batch
from model import build

#: How the recommendation runs it; without, the same code runs step by step in a debugger.
COMPILE = True


def train(steps: int = 200, *, compiled: bool = COMPILE) -> tuple[keras.Model, list[float]]:
    """The trained model, and the loss of each step."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(1)
    model = build()
    optimizer = keras.optimizers.Adam(2e-3)
    optimizer.build(model.trainable_variables)

    def step(inputs: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            scores = model(inputs, training=True)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=scores)
            )
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    compute = tf.function(step, jit_compile=True) if compiled else step
    losses = [float(compute(*map(tf.constant, batch(rng, 32)))) for _ in range(steps)]
    return model, losses


def predict(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """Scores for each class."""
    return model(inputs, training=False).numpy()


if __name__ == "__main__":
    _, losses = train()
    print(f"loss {losses[0]:.3f} at first, {losses[-1]:.3f} after {len(losses)} steps")

"""It learns: ``python -m pytest``."""

import numpy as np

import train


def test_training_lowers_the_loss() -> None:
    _, losses = train.train(steps=60, compiled=False)
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])

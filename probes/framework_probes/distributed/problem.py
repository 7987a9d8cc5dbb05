"""What is trained: a small network whose gradient NumPy knows in float64."""

from __future__ import annotations

import numpy as np

from framework_probes.probe import Array, Arrays

PEERS = 2
BATCH, FEATURES, HIDDEN, OUTPUTS = 64, 64, 256, 10
#: Step size; small, so that no step leaves what float32 can tell.
RATE = 0.01
SHAPE = f"{BATCH}x{FEATURES}; {FEATURES}-{HIDDEN}-{OUTPUTS}, mean squared error"
#: Largest Frobenius norm of a difference over that of the reference: sums in float32, in any order.
TOLERANCE = 5e-5


def weights(seed: int) -> Arrays:
    """Float32, in the order in which gradients are told."""
    generator = np.random.default_rng(seed)

    def drawn(*shape: int) -> Array:
        made: Array = generator.standard_normal(shape) / np.sqrt(shape[0])
        return made.astype(np.float32)

    return {
        "w1": drawn(FEATURES, HIDDEN),
        "b1": drawn(HIDDEN),
        "w2": drawn(HIDDEN, OUTPUTS),
        "b2": drawn(OUTPUTS),
    }


def batch(seed: int) -> tuple[Array, Array]:
    """Inputs and what they should become, the whole batch."""
    generator = np.random.default_rng(seed + 1)
    x = generator.standard_normal((BATCH, FEATURES)).astype(np.float32)
    return x, generator.standard_normal((BATCH, OUTPUTS)).astype(np.float32)


def part(array: Array, rank: int) -> Array:
    """What one of the processes has of a batch."""
    share = BATCH // PEERS
    return array[rank * share : (rank + 1) * share]


def reference(seed: int) -> Array:
    """The gradient over the whole batch, in float64, flat."""
    x, y = (each.astype(np.float64) for each in batch(seed))
    held = {name: each.astype(np.float64) for name, each in weights(seed).items()}
    before = x @ held["w1"] + held["b1"]
    hidden = np.maximum(before, 0.0)
    error = 2.0 * (hidden @ held["w2"] + held["b2"] - y) / y.size
    back = (error @ held["w2"].T) * (before > 0.0)
    return flat([x.T @ back, back.sum(0), hidden.T @ error, error.sum(0)])


def flat(arrays: list[Array]) -> Array:
    """All of them in a row."""
    return np.concatenate([np.asarray(each).ravel() for each in arrays])

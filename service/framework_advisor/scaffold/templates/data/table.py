"""Made-up rows of numbers that can be learned; put your own data here.

``batch`` gives rows (size, 16) in float32 and their classes (size,).
"""

import numpy as np

CLASSES = 3
FEATURES = 16
SHAPE = (FEATURES,)
#: Where the rows of each class lie.
_CENTRES = np.random.default_rng(0).normal(size=(CLASSES, FEATURES)).astype(np.float32)


def batch(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A batch of examples and their classes."""
    classes = rng.integers(0, CLASSES, size)
    noise = rng.normal(size=(size, FEATURES)).astype(np.float32)
    return _CENTRES[classes] + noise, classes

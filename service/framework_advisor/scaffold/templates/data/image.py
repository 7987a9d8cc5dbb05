"""Made-up images that can be learned; put your own data here.

``batch`` gives images (size, 28, 28, 1) in float32 and their classes (size,).
"""

import numpy as np

CLASSES = 10
SHAPE = (28, 28, 1)
#: What each class looks like beneath the noise.
_PATTERNS = np.random.default_rng(0).normal(size=(CLASSES, *SHAPE)).astype(np.float32)


def batch(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A batch of examples and their classes."""
    classes = rng.integers(0, CLASSES, size)
    noise = rng.normal(size=(size, *SHAPE)).astype(np.float32)
    return _PATTERNS[classes] + noise, classes

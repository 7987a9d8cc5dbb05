"""Made-up sequences of tokens that can be learned; put your own data here.

``batch`` gives tokens (size, 24) as int32 and their classes (size,).
"""

import numpy as np

CLASSES = 4
LENGTH = 24
TOKENS = 64
SHAPE = (LENGTH,)
#: The tokens that each class prefers.
_PREFERRED = np.random.default_rng(0).permutation(TOKENS).reshape(CLASSES, -1)


def batch(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A batch of examples and their classes."""
    classes = rng.integers(0, CLASSES, size)
    any_token = rng.integers(0, TOKENS, (size, LENGTH))
    place = rng.integers(0, _PREFERRED.shape[1], (size, LENGTH))
    typical = _PREFERRED[classes[:, None], place]
    tokens = np.where(rng.random((size, LENGTH)) < 0.5, typical, any_token)
    return tokens.astype(np.int32), classes

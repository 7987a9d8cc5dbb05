"""Random numbers that belong to a name, so that one question's draws never move another's."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Noise:
    """Draws by name from one seed.

    Each name has a stream of its own: adding a candidate or a claim leaves all other draws as they
    were, and evidence that two stacks share is the same draw in both.
    """

    def __init__(self, seed: int, draws: int) -> None:
        self.seed = seed
        self.draws = draws
        self._drawn: dict[tuple[str, ...], Array] = {}

    def normal(self, *name: str) -> Array:
        """Standard normal draws, shape (draws,)."""
        return self._draw("normal", *name)

    def uniform(self, *name: str) -> Array:
        """Uniform draws in [0, 1), shape (draws,)."""
        return self._draw("uniform", *name)

    def _draw(self, kind: str, *name: str) -> Array:
        key = (kind, *name)
        if key not in self._drawn:
            digest = hashlib.blake2b("\x1f".join(key).encode(), digest_size=16).digest()
            words = np.frombuffer(digest, dtype=np.uint32)
            generator = np.random.Generator(np.random.SFC64([self.seed, *words.tolist()]))
            drawn = (
                generator.standard_normal(self.draws)
                if kind == "normal"
                else generator.random(self.draws)
            )
            self._drawn[key] = drawn
        return self._drawn[key]

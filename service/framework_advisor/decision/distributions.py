"""What is believed of a value in [0, 1]: distributions that know their mean and can be drawn from.

A belief is drawn by the names of its noise: two beliefs that rest on the same fact move together.
Means are in closed form, so that whatever rests on means alone (the pick, contributions, flips)
depends on no draw. They are told apart by identity: whoever makes the same belief twice keeps the
first, so that it is drawn once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import erf, exp, pi, sqrt

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.noise import Noise

Array = npt.NDArray[np.float64]
#: Name of a stream of noise.
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Clipped:
    """min(1, max(0, centre + the sum of scale times standard normal noise)).

    ``noise`` pairs each scale with the name of its stream. ``spread`` is the standard deviation
    before clipping, ``mean`` the expectation; see ``clipped_mean``.
    """

    centre: float
    noise: tuple[tuple[float, Name], ...] = ()
    spread: float = field(init=False)
    mean: float = field(init=False)

    def __post_init__(self) -> None:
        """Work out spread and mean once."""
        object.__setattr__(self, "spread", sqrt(sum(scale * scale for scale, _ in self.noise)))
        object.__setattr__(self, "mean", clipped_mean(self.centre, self.spread))

    def draw(self, draws: Draws) -> Array:
        """Values, shape (draws,)."""
        if not self.noise:
            return np.full(draws.size, self.centre).clip(0.0, 1.0)
        scale, name = self.noise[0]
        total = scale * draws.normal(name)
        for scale, name in self.noise[1:]:
            total += scale * draws.normal(name)
        total += self.centre
        return total.clip(0.0, 1.0, out=total)


@dataclass(frozen=True, slots=True, eq=False)
class Uniform:
    """Anything from 0 to 1: nothing is known."""

    name: Name

    @property
    def mean(self) -> float:
        """One half."""
        return 0.5

    def draw(self, draws: Draws) -> Array:
        """Values, shape (draws,), read-only."""
        return draws.uniform(self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Average:
    """Several beliefs that count together, by shares that sum to 1."""

    parts: tuple[tuple[float, Belief], ...]

    @property
    def mean(self) -> float:
        """The average of the parts' means."""
        return sum(share * part.mean for share, part in self.parts)

    def draw(self, draws: Draws) -> Array:
        """Values, shape (draws,)."""
        total = np.zeros(draws.size)
        for share, part in self.parts:
            total += share * draws.of(part)
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of several beliefs in each draw, by shares that sum to 1.

    Choices of one ``name`` and with the same shares take the same turn in every draw.
    """

    name: str
    parts: tuple[tuple[float, Belief], ...]

    @property
    def mean(self) -> float:
        """The average of the parts' means."""
        return sum(share * part.mean for share, part in self.parts)

    def draw(self, draws: Draws) -> Array:
        """Values, shape (draws,)."""
        turns = draws.turns(self.name, tuple(share for share, _ in self.parts))
        taken: dict[Belief, npt.NDArray[np.bool_]] = {}
        for (_, part), turn in zip(self.parts, turns, strict=True):
            taken[part] = taken[part] | turn if part in taken else turn
        chosen, *others = taken
        total = draws.of(chosen)
        for part in others:
            total = np.where(taken[part], draws.of(part), total)
        return total


Belief = Clipped | Uniform | Average | Choice


def clipped_mean(centre: float, spread: float) -> float:
    """Expectation of a normal variable that is cut off at 0 and 1.

    With a = -centre / spread and b = (1 - centre) / spread it is
    1 - F(b) + centre (F(b) - F(a)) + spread (f(a) - f(b)), with the standard normal distribution F
    and density f: the parts above 1, between, and the tilt of what lies between.
    """
    if spread <= 0.0:
        return min(1.0, max(0.0, centre))
    a, b = -centre / spread, (1.0 - centre) / spread
    below, within = _normal_cdf(a), _normal_cdf(b)
    return (
        1.0
        - within
        + centre * (within - below)
        + spread * (_normal_density(a) - _normal_density(b))
    )


def _normal_cdf(x: float) -> float:
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))


def _normal_density(x: float) -> float:
    return exp(-0.5 * x * x) / sqrt(2.0 * pi)


def mixed(name: str | None, parts: Sequence[tuple[float, Belief]]) -> Belief:
    """One belief from several with shares: a choice where ``name`` is given, else an average.

    Parts that are all alike are that one belief.
    """
    first = parts[0][1]
    if all(part is first for _, part in parts):
        return first
    return Average(tuple(parts)) if name is None else Choice(name, tuple(parts))


class Draws:
    """Joint draws of beliefs, from draw ``start`` up to ``stop``.

    ``keep`` remembers what was drawn of each belief, for those who compare several profiles.
    """

    def __init__(self, noise: Noise, start: int, stop: int, *, keep: bool = False) -> None:
        self._noise = noise
        self._window = (start, stop)
        self._keep = keep
        self._drawn: dict[Belief, Array] = {}
        self._turns: dict[tuple[str, tuple[float, ...]], npt.NDArray[np.bool_]] = {}

    @property
    def size(self) -> int:
        """How many draws the window holds."""
        start, stop = self._window
        return stop - start

    def of(self, belief: Belief) -> Array:
        """Draws of a belief in [0, 1], shape (draws,); not to be written to."""
        found = self._drawn.get(belief)
        if found is None:
            found = belief.draw(self)
            if self._keep:
                self._drawn[belief] = found
        return found

    def normal(self, name: Name) -> Array:
        """Standard normal noise of that name, shape (draws,)."""
        return self._noise.normal(name, *self._window)

    def uniform(self, name: Name) -> Array:
        """Uniform noise of that name in [0, 1), shape (draws,)."""
        return self._noise.uniform(name, *self._window)

    def turns(self, name: str, shares: tuple[float, ...]) -> npt.NDArray[np.bool_]:
        """In which draws each part of a choice has its turn, shape (parts, draws)."""
        found = self._turns.get((name, shares))
        if found is None:
            # Rounding may leave the last bound below 1; the last part takes what is left.
            bounds = np.cumsum(np.array(shares) / sum(shares))[:-1]
            taken = np.searchsorted(bounds, self.uniform(("facet", name)), side="right")
            found = self._turns[name, shares] = taken == np.arange(len(shares))[:, None]
        return found

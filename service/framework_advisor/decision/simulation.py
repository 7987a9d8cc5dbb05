"""Joint draws of weights and values, as many as the answer needs.

Draws are taken in steps until the standard error of p_best is small enough. A step is as long as
the share so far says that is needed, so that two steps usually suffice; there is a least number,
which intervals and expected gains need, and a most. The stopping rule looks at the same share that
is reported: with a least number of 2,000 the bias of that is of the order of 0.0001.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.acceptability import Scored, share_se, winners
from framework_advisor.decision.distributions import Belief, Draws
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.requirements import UNKNOWN_MET, Stack
from framework_advisor.decision.values import Values
from framework_advisor.decision.weights import CRITERIA, Weights
from framework_knowledge.models import CriterionId

Array = npt.NDArray[np.float64]

#: What the standard error of p_best must not exceed.
PRECISION = 0.005
#: Fewer are never taken: the 5th and 95th percentile are then known within a twentieth of a
#: standard deviation.
LEAST_DRAWS = 2_000
#: Enough whatever the probability: sqrt(0.25 / 10000) is 0.005.
MOST_DRAWS = 10_000
#: Draws are taken this many at a time, so that what is computed fits the processor's caches.
BATCH = 4_000


class Window:
    """Some joint draws of weights and values, in which several profiles may be compared."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws
        self._weights: dict[int, tuple[Weights, Array]] = {}
        self._settled: dict[tuple[int, frozenset[CriterionId], Stack], Array] = {}

    def weights(self, weights: Weights) -> Array:
        """Weights drawn, shape (criteria, draws), each column summing to 1."""
        if id(weights) not in self._weights:
            self._weights[id(weights)] = (weights, weights.draw(self.draws))
        return self._weights[id(weights)][1]

    def totals(self, weights: Weights, values: Values, stacks: Sequence[Stack]) -> Array:
        """Additive value of each stack in each draw, shape (stacks, draws)."""
        open_ = [c for c in CRITERIA if c not in values.settled]
        totals = self._sums(weights, values, stacks, open_)
        if values.settled:
            keys = [(id(weights), values.settled, stack) for stack in stacks]
            missing = [key for key in keys if key not in self._settled]
            sums = self._sums(weights, values, [key[2] for key in missing], values.settled)
            self._settled |= zip(missing, sums, strict=True)
            for total, key in zip(totals, keys, strict=True):
                np.add(total, self._settled[key], out=total)
        for total, stack in zip(totals, stacks, strict=True):
            for doubt in values.doubts(stack):
                total *= self.draws.uniform(("gate", doubt.gate, doubt.subject)) < UNKNOWN_MET
        return totals

    def _sums(
        self,
        weights: Weights,
        values: Values,
        stacks: Sequence[Stack],
        criteria: Collection[CriterionId],
    ) -> Array:
        """The part of the totals that some criteria make up, shape (stacks, draws)."""
        drawn = self.weights(weights)
        sums = np.zeros((len(stacks), self.draws.size))
        for weight, criterion in zip(drawn, CRITERIA, strict=True):
            if criterion not in criteria:
                continue
            products: dict[Belief, Array] = {}
            for total, stack in zip(sums, stacks, strict=True):
                belief = values.belief(stack, criterion)
                product = products.get(belief)
                if product is None:  # Keras has much in common on all its backends
                    product = products[belief] = weight * self.draws.of(belief)
                np.add(total, product, out=total)
        return sums


@dataclass(frozen=True, slots=True)
class Simulation:
    """Joint draws. ``totals``: shape (stacks, draws); ``weights``: shape (criteria, draws).

    ``stacks`` names the rows of ``totals``. ``first`` is the first window of draws, for those who
    ask what other profiles would have come to in them.
    """

    stacks: tuple[Stack, ...]
    totals: Array
    weights: Array
    first: Window

    @property
    def draws(self) -> int:
        """How many draws were taken."""
        return len(self.totals[0])

    def of(self, stacks: Sequence[Scored]) -> Array:
        """The totals of some stacks, in their order, shape (stacks, draws)."""
        rows = [self.stacks.index(item.stack) for item in stacks]
        return self.totals[rows]


def simulate(
    noise: Noise,
    weights: Weights,
    values: Values,
    feasible: Sequence[Scored],
    best: Sequence[Scored],
    draws: int | None = None,
) -> Simulation:
    """Draw all feasible stacks, until p_best of the first of ``best`` is known well enough.

    ``draws`` asks for a number of draws instead.
    """
    stacks = tuple(item.stack for item in feasible)
    rivals = [stacks.index(item.stack) for item in best]
    batches: list[tuple[Array, Array]] = []
    goal = draws or LEAST_DRAWS
    first = Window(Draws(noise, 0, min(LEAST_DRAWS, goal)))
    window, taken, won = first, 0, 0
    while True:
        totals = window.totals(weights, values, stacks)
        batches.append((totals, window.weights(weights)))
        taken += window.draws.size
        won += int(np.count_nonzero(winners(totals[rivals]) == 0))
        if taken >= goal:
            if draws is not None or taken >= MOST_DRAWS or share_se(won, taken) <= PRECISION:
                break
            goal = _needed(won, taken)
        window = Window(Draws(noise, taken, min(taken + BATCH, goal)))
    return Simulation(
        stacks=stacks,
        totals=np.concatenate([t for t, _ in batches], axis=1),
        weights=np.concatenate([w for _, w in batches], axis=1),
        first=first,
    )


def _needed(won: int, taken: int) -> int:
    """Draws that would do if the share stayed as it is: a few more than now, and not too many."""
    share = won / taken
    wanted = ceil(share * (1 - share) / PRECISION**2 / 100) * 100
    return min(MOST_DRAWS, max(wanted, taken + 100))

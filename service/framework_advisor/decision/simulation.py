"""Joint draws of weights and values, as many as the answer needs.

Draws are taken in steps until the standard error of p_best is small enough. The first step is the
least number, which intervals and expected gains need; it tells how long the second has to be, so
that a third is seldom needed; and there is a most. The stopping rule looks at the same share that
is reported: with a least number of 2,000 the bias of that is of the order of 0.0001.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.acceptability import Scored, share_se, weights_won, winners
from framework_advisor.decision.distributions import Belief, Draws
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.values import Values
from framework_advisor.decision.weights import CRITERIA, Weights

Array = npt.NDArray[np.float64]

#: What the standard error of p_best must not exceed.
PRECISION = 0.005
#: Fewer are never taken: the 5th and 95th percentile are then known within a twentieth of a
#: standard deviation.
LEAST_DRAWS = 2_000
#: Later draws are taken this many at a time, so that what is computed fits the processor's caches.
BATCH = 4_000
#: Enough whatever the probability: sqrt(0.25 / 10000) is 0.005.
MOST_DRAWS = 10_000


class Window:
    """Some joint draws of weights and values, in which several profiles may be compared."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws
        self._weights: dict[int, tuple[Weights, list[Array]]] = {}

    def weights(self, weights: Weights) -> list[Array]:
        """Weights of each criterion, shape (draws,) each, summing to 1 over the criteria."""
        if id(weights) not in self._weights:
            self._weights[id(weights)] = (weights, weights.draw(self.draws))
        return self._weights[id(weights)][1]

    def totals(self, weights: Weights, values: Values, stacks: Sequence[Stack]) -> Array:
        """Additive value of each stack in each draw, shape (stacks, draws).

        Nothing where a requirement is not met of which it is not known whether it is.
        """
        return self.where_met(values, stacks, self.sums(weights, values, stacks))

    def where_met(self, values: Values, stacks: Sequence[Stack], sums: Array) -> Array:
        """The same with the draws at zero in which a doubt turns out badly."""
        totals = sums.copy()
        for total, stack in zip(totals, stacks, strict=True):
            for doubt in values.doubts(stack):
                met = self.draws.uniform(("gate", doubt.gate, doubt.subject)) < doubt.odds
                np.multiply(total, met, out=total)
        return totals

    def sums(self, weights: Weights, values: Values, stacks: Sequence[Stack]) -> Array:
        """Weight times value, summed over the criteria, in each draw, shape (stacks, draws)."""
        totals = np.zeros((len(stacks), self.draws.size))
        for weight, criterion in zip(self.weights(weights), CRITERIA, strict=True):
            products: dict[Belief, Array] = {}
            for total, stack in zip(totals, stacks, strict=True):
                belief = values.belief(stack, criterion)
                product = products.get(belief)
                if product is None:  # Keras has much in common on all its backends
                    product = products[belief] = weight * self.draws.of(belief)
                np.add(total, product, out=total)
        return totals


@dataclass(frozen=True, slots=True)
class Simulation:
    """Joint draws of weights and values.

    ``totals``: value of each of the best stacks in each draw, shape (best, draws). ``won_weights``:
    sum of the weights over the draws that each of them wins, shape (best, criteria). ``first`` is
    the first window of draws, for those who ask of other stacks, or what other profiles would have
    come to; ``first_sums`` is what each of ``stacks`` comes to there before any doubt, and
    ``first_totals`` after, shape (stacks, draws of the window).
    """

    totals: Array
    won_weights: Array
    stacks: tuple[Stack, ...]
    first: Window
    first_sums: Array
    first_totals: Array

    @property
    def draws(self) -> int:
        """How many draws were taken."""
        return len(self.totals[0])

    def rows_of(self, stacks: Iterable[Stack]) -> list[int]:
        """Where some stacks stand in what the first window holds."""
        return [self.stacks.index(stack) for stack in stacks]


def simulate(
    noise: Noise,
    weights: Weights,
    values: Values,
    feasible: Sequence[Scored],
    best: Sequence[Scored],
    draws: int | None = None,
) -> Simulation:
    """Draw the best stacks until p_best of the first of them is known well enough.

    The other feasible stacks are drawn in the first window alone, which their intervals rest on.
    ``draws`` asks for a number of draws instead.
    """
    stacks = tuple(item.stack for item in feasible)
    rivals = tuple(item.stack for item in best)
    goal = draws or LEAST_DRAWS
    first = Window(Draws(noise, 0, min(LEAST_DRAWS, goal), keep=True))
    first_sums = first.sums(weights, values, stacks)
    first_totals = first.where_met(values, stacks, first_sums)
    totals = [first_totals[[stacks.index(stack) for stack in rivals]]]
    window, taken, won = first, 0, 0
    won_weights = np.zeros((len(best), len(CRITERIA)))
    while True:
        winner = winners(totals[-1])
        won_weights += weights_won(winner, window.weights(weights), len(best))
        won += int(np.count_nonzero(winner == 0))
        taken += window.draws.size
        if taken >= goal:
            if draws is not None or taken >= MOST_DRAWS or share_se(won, taken) <= PRECISION:
                break
            goal = _needed(won, taken)
        window = Window(Draws(noise, taken, min(taken + BATCH, goal)))
        totals.append(window.totals(weights, values, rivals))
    return Simulation(
        np.concatenate(totals, axis=1), won_weights, stacks, first, first_sums, first_totals
    )


def _needed(won: int, taken: int) -> int:
    """Draws that will do, most likely: for a share nearer to one half by two standard errors."""
    share = max(won, taken - won) / taken
    near = max(0.5, share - 2 * share_se(won, taken))
    wanted = ceil(near * (1 - near) / PRECISION**2 / 100) * 100
    return min(MOST_DRAWS, max(wanted, taken + 100))

"""Additive values of the stacks: their means, and who is how often the best.

Means are exact: values are independent of weights, so the mean of a stack is the sum of mean weight
times mean value. How likely each rank is comes from stochastic multicriteria acceptability analysis
(Lahdelma and Salminen, SMAA-2: Stochastic multicriteria acceptability analysis for group decision
making, Operations Research 49(3), 2001): draw weights and values jointly, rank in every draw, and
report how often each alternative takes each rank and which weights speak for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.requirements import Doubt, Stack
from framework_advisor.decision.values import Values
from framework_advisor.decision.weights import CRITERIA, Weights
from framework_knowledge.models import CriterionId

Array = npt.NDArray[np.float64]

#: In place of a stack's index, where no stack meets the requirements in a draw.
NOBODY = -1
#: Two-sided 95% of a normal distribution.
Z95 = 1.959964


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """One stack with its mean value on each criterion, shape (criteria,), and in all.

    A stack that does not meet a requirement is worth nothing, so ``mean`` is the sum over criteria
    of mean weight times mean value, times the probability ``met`` that what is in doubt is met.
    """

    stack: Stack
    mean_by_criterion: Array
    mean: float
    doubts: tuple[Doubt, ...] = ()

    @property
    def met(self) -> float:
        """Probability that every requirement is met of which that is not known."""
        return prod(doubt.odds for doubt in self.doubts)

    @property
    def worth(self) -> Array:
        """What each criterion is worth, the doubts counted in, shape (criteria,)."""
        return self.mean_by_criterion * self.met if self.doubts else self.mean_by_criterion


def score(values: Values, weights: Weights, stack: Stack, before: Scored | None = None) -> Scored:
    """Mean additive value of a stack: the sum over criteria of mean weight times mean value.

    ``before`` is its score before an open question was answered: what that leaves alone stays.
    """
    means = np.empty(len(CRITERIA)) if before is None else before.mean_by_criterion.copy()
    for place, criterion in values.touched:
        means[place] = values.belief(stack, criterion).mean
    return valued(Scored(stack, means, 0.0, values.doubts(stack)), weights)


def valued(item: Scored, weights: Weights) -> Scored:
    """The same with its mean worked out anew."""
    return Scored(item.stack, item.mean_by_criterion, float(weights.mean @ item.worth), item.doubts)


def best_stacks(scored: Iterable[Scored]) -> tuple[Scored, ...]:
    """The best stack of each framework by mean value, best framework first.

    An exact tie goes to the one that is better on the first criterion on which they differ, so that
    a dominated stack never comes before the one that dominates it, and then by name, so that the
    order is the same on every machine.
    """
    ordered = sorted(scored, key=lambda item: -item.mean)
    if any(a.mean == b.mean for a, b in pairwise(ordered)):
        ordered.sort(key=lambda item: (-item.mean, (-item.worth).tolist(), item.stack.subject))
    best: dict[str, Scored] = {}
    for item in ordered:
        best.setdefault(item.stack.framework, item)
    return tuple(best.values())


@dataclass(frozen=True, slots=True)
class Acceptability:
    """Over the best stacks, in their order.

    ``ranks``: share of draws in which stack i takes rank r, shape (stacks, stacks). Where nothing
    meets the requirements in a draw, nobody takes a rank.
    ``winner``: index of the best stack in each draw, NOBODY where nothing works, shape (draws,).
    ``totals``: value of each stack in each draw, shape (stacks, draws).
    ``won_weights``: sum of the weights over the draws that stack i wins, (stacks, criteria).
    """

    ranks: Array
    winner: npt.NDArray[np.int8]
    totals: Array
    won_weights: Array

    @property
    def p_best(self) -> float:
        """Probability that the first is the best."""
        return float(self.ranks[0, 0])

    @property
    def p_best_se(self) -> float:
        """Standard error of ``p_best``; 0 where there is nobody to lose to and no doubt."""
        if len(self.totals) == 1 and self.p_best == 1.0:
            return 0.0
        return share_se(int((self.winner == 0).sum()), len(self.winner))

    def expected_regret(self, index: int) -> float:
        """Mean value lost by taking that stack instead of the best of each draw."""
        return float((self.totals.max(axis=0) - self.totals[index]).mean())

    def central_weights(self, index: int) -> Mapping[CriterionId, float] | None:
        """Mean weights of the draws in which that stack is the best; None where it never is."""
        count = np.count_nonzero(self.winner == index)
        if not count:
            return None
        mean = self.won_weights[index] / count
        return dict(zip(CRITERIA, mean.tolist(), strict=True))


def share_se(count: int, draws: int) -> float:
    """Standard error of a share: that of the 95% interval of Agresti and Coull.

    Two successes and two failures are added first (exactly: half of 1.96 squared), so that a share
    of 0 or 1 after few draws is not taken for certainty (The American Statistician 52(2), 1998).
    """
    n = draws + Z95**2
    share = (count + Z95**2 / 2) / n
    return float(np.sqrt(share * (1 - share) / n))


def acceptability(totals: Array, won_weights: Array) -> Acceptability:
    """Rank the stacks in every draw; on an exact tie the one that stands first goes first.

    ``totals`` has shape (stacks, draws), ``won_weights`` (stacks, criteria); see ``weights_won``.
    """
    stacks, draws = totals.shape
    rank = np.zeros(totals.shape, dtype=np.int8)
    for i in range(stacks):
        for j in range(i + 1, stacks):
            ahead = totals[i] >= totals[j]
            rank[j] += ahead
            rank[i] += ~ahead
    rank[:, totals.max(axis=0) <= 0.0] = NOBODY
    ranks = np.array([[np.count_nonzero(row == r) for r in range(stacks)] for row in rank]) / draws
    return Acceptability(ranks, winners(totals), totals, won_weights)


def winners(totals: Array) -> npt.NDArray[np.int8]:
    """Who is the best in each draw, the first on a tie; from (stacks, draws) to (draws,).

    NOBODY in a draw in which no stack meets the requirements: all are worth nothing then.
    """
    highest = totals[0].copy()
    winner = np.zeros(highest.shape, dtype=np.int8)
    for index, row in enumerate(totals[1:], start=1):
        winner[row > highest] = index
        np.maximum(highest, row, out=highest)
    winner[highest <= 0.0] = NOBODY
    return winner


def weights_won(winner: npt.NDArray[np.int8], weights: Sequence[Array], stacks: int) -> Array:
    """Sum of the weights over the draws that each stack wins, shape (stacks, criteria).

    ``weights`` holds the weights of each criterion, shape (draws,) each.
    """
    won = [(winner == index).astype(np.float64) for index in range(stacks)]
    return np.array([[float(row @ mine) for row in weights] for mine in won])


def dominated_by(item: Scored, others: Sequence[Scored]) -> tuple[Scored, ...]:
    """Those that are at least as good on the mean of every criterion and better on one."""
    return tuple(
        other
        for other in others
        if other.stack.framework != item.stack.framework
        and bool(np.all(other.worth >= item.worth))
        and bool(np.any(other.worth > item.worth))
    )

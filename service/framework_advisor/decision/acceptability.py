"""Stochastic multicriteria acceptability analysis (SMAA-2).

Lahdelma and Salminen, SMAA-2: Stochastic multicriteria acceptability analysis for group decision
making, Operations Research 49(3), 2001: draw weights and values jointly, rank in every draw, and
report how often each alternative takes each rank and which weights speak for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.values import Values
from framework_advisor.decision.weights import CRITERIA, Weights
from framework_knowledge.models import CriterionId

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """One stack: value draws per criterion, shape (draws, criteria), and in all, shape (draws,)."""

    stack: Stack
    by_criterion: Array
    total: Array
    mean_by_criterion: Array
    mean: float


def score(values: Values, weights: Weights, stack: Stack) -> Scored:
    """Additive value of a stack: sum over criteria of weight times value, in every draw.

    ``mean`` is the sum of mean weight times mean value, so that contributions add up to it.
    """
    by_criterion = np.stack([values.draws(stack, c) for c in CRITERIA], axis=1)
    mean_by_criterion = by_criterion.mean(axis=0)
    return Scored(
        stack=stack,
        by_criterion=by_criterion,
        total=np.einsum("nc,nc->n", weights.draws, by_criterion),
        mean_by_criterion=mean_by_criterion,
        mean=float(weights.mean @ mean_by_criterion),
    )


def best_stacks(scored: Sequence[Scored]) -> tuple[Scored, ...]:
    """The best stack of each framework by mean value, best framework first."""
    best: dict[str, Scored] = {}
    for item in scored:
        name = item.stack.framework
        if name not in best or item.mean > best[name].mean:
            best[name] = item
    # The name breaks an exact tie, so that the order is the same on every machine.
    return tuple(sorted(best.values(), key=lambda s: (-s.mean, s.stack.subject)))


@dataclass(frozen=True, slots=True)
class Acceptability:
    """Over the best stacks, in their order.

    ``ranks``: share of draws in which stack i takes rank r, shape (stacks, stacks).
    ``winner``: index of the best stack in each draw, shape (draws,).
    """

    ranks: Array
    winner: npt.NDArray[np.intp]
    totals: Array
    weights: Array

    @property
    def p_best(self) -> float:
        """Probability that the first is the best."""
        return float(self.ranks[0, 0])

    @property
    def p_best_se(self) -> float:
        """Standard error of ``p_best``: binomial, sqrt(p (1 - p) / draws)."""
        p = self.p_best
        return float(np.sqrt(p * (1 - p) / len(self.winner)))

    def expected_regret(self, index: int) -> float:
        """Mean value lost by taking that stack instead of the best of each draw."""
        return float((self.totals.max(axis=1) - self.totals[:, index]).mean())

    def central_weights(self, index: int) -> Mapping[CriterionId, float] | None:
        """Mean weights of the draws in which that stack is the best; None where it never is."""
        won = self.winner == index
        if not won.any():
            return None
        mean = self.weights[won].mean(axis=0)
        return {c: float(w) for c, w in zip(CRITERIA, mean, strict=True)}


def acceptability(best: Sequence[Scored], weights: Weights) -> Acceptability:
    """Rank the stacks in every draw."""
    totals = np.stack([s.total for s in best], axis=1)
    order = np.argsort(-totals, axis=1, kind="stable")
    ranks = np.stack(
        [(order == i).mean(axis=0) for i in range(len(best))],
        axis=0,
    )
    return Acceptability(ranks, order[:, 0], totals, weights.draws)


def dominated_by(item: Scored, others: Sequence[Scored]) -> tuple[Scored, ...]:
    """Those that are at least as good on the mean of every criterion and better on one."""
    return tuple(
        other
        for other in others
        if other.stack.framework != item.stack.framework
        and bool(np.all(other.mean_by_criterion >= item.mean_by_criterion))
        and bool(np.any(other.mean_by_criterion > item.mean_by_criterion))
    )

"""Weights of the criteria: from the circumstances, overridden by what the user says.

Swing weights (von Winterfeldt and Edwards, Decision Analysis and Behavioral Research, 1986): how
much the step from the worst to the best level of a criterion's scale matters, 0 to 100. They start
from one table, are multiplied by the rules that the circumstances fire, and are spread
log-normally, because nobody knows them exactly: what is inferred is spread more than what the user
states.

Their means have no closed form. They are taken over a fixed Latin hypercube (McKay, Beckman and
Conover, Technometrics 21(2), 1979), so that they depend on the profile alone, and neither on the
seed nor on how many draws were taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod
from statistics import NormalDist
from typing import get_args

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.distributions import Draws
from framework_advisor.decision.weight_rules import RULES, STAGES, Factors, Rule
from framework_advisor.profile import Profile
from framework_knowledge.models import CriterionId, Stage

Array = npt.NDArray[np.float64]
CRITERIA: tuple[CriterionId, ...] = get_args(CriterionId)

#: Swing weights before any rule: the step from worst to best, for a project of no particular kind.
BASE: Mapping[CriterionId, float] = {
    "ease_of_use": 30, "flexibility": 40, "debugging": 30, "research_ecosystem": 55,
    "production_ecosystem": 40, "longevity": 45, "training_speed": 35, "inference_speed": 30,
    "startup_time": 10, "memory_efficiency": 20, "accelerator_support": 40,
    "distributed_training": 15, "data_pipeline": 15, "deployment": 40, "interoperability": 25,
    "platform_support": 20, "security": 15, "reproducibility": 15, "team_fit": 50,
}  # fmt: skip

#: Standard deviation of the natural logarithm of a swing weight. 0.7: two in three of the draws lie
#: within a factor of 2 of what the rules say; 0.2: within a factor of 1.22.
INFERRED_SPREAD = 0.7
STATED_SPREAD = 0.2
#: A criterion that the user ranks counts up to this many times the largest of the rest.
LIFT = 4.0
#: Points of the hypercube: the mean of a weight is off by less than 0.0002.
HYPERCUBE = 4096


@dataclass(frozen=True, eq=False)
class Weighting:
    """How circumstances and words become weights; another one asks what would be said instead."""

    base: Mapping[CriterionId, float] = field(default_factory=lambda: BASE)
    stages: Mapping[Stage, Factors] = field(default_factory=lambda: STAGES)
    rules: tuple[Rule, ...] = RULES
    inferred_spread: float = INFERRED_SPREAD
    stated_spread: float = STATED_SPREAD
    lift: float = LIFT


WEIGHTING = Weighting()


@dataclass(frozen=True, slots=True)
class Weights:
    """The distribution of the weights, in the order of ``CRITERIA``, and the rules that fired.

    ``swings`` are the central swing weights and ``spreads`` their standard deviations in the
    natural logarithm. ``ranking`` holds the places of the criteria that the user
    ranks, most important first. ``mean`` are the mean weights, shape (criteria,), summing to 1.
    """

    swings: tuple[float, ...]
    spreads: tuple[float, ...]
    ranking: tuple[int, ...]
    mean: Array
    rules: tuple[Rule, ...]
    weighting: Weighting = WEIGHTING

    def draw(self, draws: Draws) -> list[Array]:
        """Weights of each criterion, shape (draws,) each, summing to 1 over the criteria."""
        normal = [draws.normal(("weight", c)) for c in CRITERIA]
        uniform = [draws.uniform(("ranking", str(i))) for i in range(len(self.ranking))]
        rows = _spread(self.swings, self.spreads, normal)
        _raise_ranked(rows, self.ranking, self.weighting.lift, uniform)
        return _normalised(rows)


def fired_rules(profile: Profile, weighting: Weighting = WEIGHTING) -> tuple[Rule, ...]:
    """The rules whose circumstances are those of the profile."""
    return tuple(rule for rule in weighting.rules if rule.when(profile))


def swings(profile: Profile, weighting: Weighting = WEIGHTING) -> dict[CriterionId, float]:
    """Swing weight of each criterion from the circumstances alone."""
    return _swings(profile, fired_rules(profile, weighting), weighting)


def _swings(
    profile: Profile, rules: Sequence[Rule], weighting: Weighting
) -> dict[CriterionId, float]:
    values = dict(weighting.base)
    for criterion in CRITERIA:
        factors = [weighting.stages[stage].get(criterion, 1.0) for stage in profile.stages]
        # One choice for several stages: the geometric mean, so that no stage is counted twice.
        values[criterion] *= prod(factors) ** (1 / len(factors))
    for rule in rules:
        for criterion, factor in rule.factors(profile).items():
            values[criterion] *= factor
    return values


def weigh(
    profile: Profile, before: Weights | None = None, weighting: Weighting = WEIGHTING
) -> Weights:
    """The weights for a profile; see the module for the distribution.

    ``before`` are those of the profile before an open question was answered: they stay where the
    answer changes no swing weight, since preferences are no open questions.
    """
    if before is not None:
        weighting = before.weighting
    rules = fired_rules(profile, weighting)
    preferences = profile.preferences
    stated = dict(preferences.swings or {}) if preferences else {}
    # A swing of 0 removes a criterion, also from the ranking.
    ranked = (preferences and preferences.ranking) or ()
    ranking = tuple(CRITERIA.index(c) for c in ranked if stated.get(c) != 0)
    found = _swings(profile, rules, weighting) | stated
    central = tuple(float(found[c]) for c in CRITERIA)
    if before is not None and before.swings == central:
        return before
    spreads = tuple(
        weighting.stated_spread if c in stated else weighting.inferred_spread for c in CRITERIA
    )
    mean = _mean(central, spreads, ranking, weighting.lift)
    return Weights(central, spreads, ranking, mean, rules, weighting)


def _mean(
    swings: tuple[float, ...], spreads: tuple[float, ...], ranking: tuple[int, ...], lift: float
) -> Array:
    """Mean weights over the hypercube, shape (criteria,), summing to 1."""
    normal, uniform = _hypercube(len(swings), len(ranking))
    if ranking:
        rows = _spread(swings, spreads, normal)
        _raise_ranked(rows, ranking, lift, uniform)
        return np.array([float(np.add.reduce(row)) for row in _normalised(rows)]) / HYPERCUBE
    factors = _factors(spreads)
    share = np.reciprocal(np.einsum("c,cn->n", swings, factors))
    mean: Array = np.einsum("cn,n->c", factors, share) * swings / HYPERCUBE
    return mean


@lru_cache(maxsize=4)
def _factors(spreads: tuple[float, ...]) -> Array:
    """What the hypercube multiplies swing weights by, shape (criteria, HYPERCUBE), read-only."""
    normal, _ = _hypercube(len(spreads), 0)
    factors: Array = np.exp(np.array(spreads)[:, None] * np.stack(normal))
    factors.setflags(write=False)
    return factors


def _spread(
    swings: Sequence[float], spreads: Sequence[float], normal: Sequence[Array]
) -> list[Array]:
    """Swing weights of each criterion, spread by its standard normal noise.

    Rows are kept apart: arrays this small come from memory that is at hand.
    """
    raw = []
    for swing, spread, noise in zip(swings, spreads, normal, strict=True):
        row = spread * noise
        np.exp(row, out=row)
        row *= swing
        raw.append(row)
    return raw


def _normalised(raw: list[Array]) -> list[Array]:
    """The same rows made to sum to 1 over the criteria, in place."""
    total = raw[0].copy()
    for row in raw[1:]:
        total += row
    np.reciprocal(total, out=total)
    for row in raw:
        np.multiply(row, total, out=row)
    return raw


def _raise_ranked(
    raw: list[Array], ranking: tuple[int, ...], lift: float, uniform: Sequence[Array]
) -> None:
    """Lift the named criteria above the rest, in their order, in every draw.

    They are sorted uniform draws between the largest of the rest, the least that the user's words
    say, and ``lift`` times it.
    """
    if not ranking:
        return
    rest = [row for place, row in enumerate(raw) if place not in ranking]
    floor = np.max(rest, axis=0) if rest else np.zeros_like(raw[0])
    floor[floor == 0] = 1.0  # nothing else counts: only the order among the named is left
    raised = floor * (1.0 + (lift - 1.0) * np.sort(uniform, axis=0)[::-1])
    for place, row in zip(ranking, raised, strict=True):
        raw[place] = row


@lru_cache(maxsize=4)
def _hypercube(criteria: int, ranked: int) -> tuple[list[Array], list[Array]]:
    """Standard normal and uniform points, HYPERCUBE a dimension, evenly spread in each; read-only.

    Each dimension holds the midpoints of as many equally likely cells, in an order of its own that
    is always the same.
    """
    uniform = (np.arange(HYPERCUBE) + 0.5) / HYPERCUBE
    standard = np.array([NormalDist().inv_cdf(p) for p in uniform])
    order = np.random.Generator(np.random.SFC64(0))
    normal_rows = [order.permutation(standard) for _ in range(criteria)]
    uniform_rows = [order.permutation(uniform) for _ in range(ranked)]
    for row in (*normal_rows, *uniform_rows):
        row.setflags(write=False)
    return normal_rows, uniform_rows

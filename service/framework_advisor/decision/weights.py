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
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from statistics import NormalDist
from typing import get_args

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.distributions import Draws
from framework_advisor.decision.weight_rules import RULES, STAGES, Rule
from framework_advisor.profile import Profile
from framework_knowledge.models import CriterionId

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


@dataclass(frozen=True, slots=True)
class Weights:
    """The distribution of the weights, in the order of ``CRITERIA``, and the rules that fired.

    ``swings`` are the central swing weights and ``spreads`` their standard deviations in the
    natural logarithm, shape (criteria,). ``ranking`` holds the places of the criteria that the user
    ranks, most important first. ``mean`` are the mean weights, summing to 1.
    """

    swings: Array
    spreads: Array
    ranking: tuple[int, ...]
    mean: Array
    rules: tuple[Rule, ...]

    def draw(self, draws: Draws) -> Array:
        """Weights, shape (criteria, draws), each column summing to 1."""
        normal = np.stack([draws.normal(("weight", c)) for c in CRITERIA])
        uniform = np.array([draws.uniform(("ranking", str(i))) for i in range(len(self.ranking))])
        return _normalised(self.swings, self.spreads, self.ranking, normal, uniform)


def fired_rules(profile: Profile) -> tuple[Rule, ...]:
    """The rules whose circumstances are those of the profile."""
    return tuple(rule for rule in RULES if rule.when(profile))


def swings(profile: Profile) -> dict[CriterionId, float]:
    """Swing weight of each criterion from the circumstances alone."""
    return _swings(profile, fired_rules(profile))


def _swings(profile: Profile, rules: Sequence[Rule]) -> dict[CriterionId, float]:
    values = dict(BASE)
    for criterion in CRITERIA:
        factors = [STAGES[stage].get(criterion, 1.0) for stage in profile.stages]
        # One choice for several stages: the geometric mean, so that no stage is counted twice.
        values[criterion] *= prod(factors) ** (1 / len(factors))
        for rule in rules:
            values[criterion] *= rule.factors.get(criterion, 1.0)
    return values


def weigh(profile: Profile, before: Weights | None = None) -> Weights:
    """The weights for a profile; see the module for the distribution.

    ``before`` are those of the profile before an open question was answered: they stay where the
    answer fires no other rules, since stages and preferences are no open questions.
    """
    rules = fired_rules(profile)
    if before is not None and before.rules == rules:
        return before
    preferences = profile.preferences
    stated = dict(preferences.swings or {}) if preferences else {}
    # A swing of 0 removes a criterion, also from the ranking.
    ranked = (preferences and preferences.ranking) or ()
    ranking = tuple(CRITERIA.index(c) for c in ranked if stated.get(c) != 0)
    found = _swings(profile, rules) | stated
    central = np.array([found[c] for c in CRITERIA], dtype=np.float64)
    spreads = np.array([STATED_SPREAD if c in stated else INFERRED_SPREAD for c in CRITERIA])
    normal, uniform = _hypercube(len(CRITERIA), len(ranking))
    weights = _normalised(central, spreads, ranking, normal, uniform)
    return Weights(central, spreads, ranking, weights.mean(axis=1), rules)


def _normalised(
    swings: Array,
    spreads: Array,
    ranking: tuple[int, ...],
    normal: Array,
    uniform: Array,
) -> Array:
    """Weights from standard noise, shape (criteria, draws), each column summing to 1.

    ``normal`` has shape (criteria, draws), ``uniform`` (ranked, draws).
    """
    raw = spreads[:, None] * normal
    np.exp(raw, out=raw)
    raw *= swings[:, None]
    if ranking:
        _raise_ranked(raw, ranking, uniform)
    raw /= raw.sum(axis=0)
    return raw


def _raise_ranked(raw: Array, ranking: tuple[int, ...], uniform: Array) -> None:
    """Lift the named criteria above the rest, in their order, in every draw.

    They are sorted uniform draws between the largest of the rest, the least that the user's words
    say, and ``LIFT`` times it.
    """
    named = list(ranking)
    rest = [i for i in range(len(raw)) if i not in named]
    floor = raw[rest].max(axis=0) if rest else np.zeros(raw.shape[1])
    floor[floor == 0] = 1.0  # nothing else counts: only the order among the named is left
    raw[named] = floor * (1.0 + (LIFT - 1.0) * -np.sort(-uniform, axis=0))


@lru_cache(maxsize=4)
def _hypercube(criteria: int, ranked: int) -> tuple[Array, Array]:
    """Standard normal and uniform points, one row a dimension, each row evenly spread.

    Shapes (criteria, HYPERCUBE) and (ranked, HYPERCUBE), read-only. Each row holds the midpoints
    of as many equally likely cells, in an order of its own that is always the same.
    """
    uniform = (np.arange(HYPERCUBE) + 0.5) / HYPERCUBE
    standard = np.array([NormalDist().inv_cdf(p) for p in uniform])
    order = np.random.Generator(np.random.SFC64(0))
    normal_rows = np.stack([order.permutation(standard) for _ in range(criteria)])
    uniform_rows = np.array([order.permutation(uniform) for _ in range(ranked)])
    normal_rows.setflags(write=False)
    uniform_rows.setflags(write=False)
    return normal_rows, uniform_rows

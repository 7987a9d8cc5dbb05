"""Weights of the criteria: from the circumstances, overridden by what the user says.

Swing weights (von Winterfeldt and Edwards, Decision Analysis and Behavioral Research, 1986): how
much the step from the worst to the best level of a criterion's scale matters, 0 to 100. They start
from one table, are multiplied by the rules that the circumstances fire, and are spread
log-normally, because nobody knows them exactly: what is inferred is spread more than what the user
states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.noise import Noise
from framework_advisor.decision.weight_rules import RULES, STAGES, Rule
from framework_advisor.profile import Profile
from framework_knowledge.models import CriterionId

Array = npt.NDArray[np.float64]
CRITERIA: tuple[CriterionId, ...] = get_args(CriterionId)

#: Swing weights before any rule: the step from worst to best, for a project of no particular kind.
BASE: Mapping[CriterionId, float] = {
    "ease_of_use": 40, "flexibility": 40, "debugging": 35, "research_ecosystem": 45,
    "production_ecosystem": 40, "longevity": 45, "training_speed": 35, "inference_speed": 30,
    "startup_time": 10, "memory_efficiency": 20, "accelerator_support": 40,
    "distributed_training": 15, "data_pipeline": 15, "deployment": 40, "interoperability": 25,
    "platform_support": 20, "security": 15, "reproducibility": 15, "team_fit": 50,
}  # fmt: skip

#: Standard deviation of the natural logarithm of a swing weight. 0.7: two in three of the draws lie
#: within a factor of 2 of what the rules say; 0.2: within a factor of 1.22.
INFERRED_SPREAD = 0.7
STATED_SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class Weights:
    """Drawn weights, shape (draws, criteria), each row summing to 1, and the rules that fired.

    ``mean`` is the mean weight of each criterion, in the order of ``CRITERIA``.
    """

    draws: Array
    mean: Array
    rules: tuple[Rule, ...]


def fired_rules(profile: Profile) -> tuple[Rule, ...]:
    """The rules whose circumstances are those of the profile."""
    return tuple(rule for rule in RULES if rule.when(profile))


def swings(profile: Profile) -> dict[CriterionId, float]:
    """Swing weight of each criterion from the circumstances alone."""
    values = dict(BASE)
    for criterion in CRITERIA:
        factors = [STAGES[stage].get(criterion, 1.0) for stage in profile.stages]
        # One choice for several stages: the geometric mean, so that no stage is counted twice.
        values[criterion] *= float(np.exp(np.mean(np.log(factors))))
        for rule in fired_rules(profile):
            values[criterion] *= rule.factors.get(criterion, 1.0)
    return values


def draw_weights(profile: Profile, noise: Noise) -> Weights:
    """Draw the weights; see the module for the distribution."""
    preferences = profile.preferences
    stated = dict(preferences.swings or {}) if preferences else {}
    # A swing of 0 removes a criterion, also from the ranking.
    ranking = tuple(c for c in ((preferences and preferences.ranking) or ()) if stated.get(c) != 0)
    central = swings(profile) | stated
    columns = [
        central[c]
        * np.exp((STATED_SPREAD if c in stated else INFERRED_SPREAD) * noise.normal("weight", c))
        for c in CRITERIA
    ]
    raw = np.stack(columns, axis=1)
    if ranking:
        _raise_ranked(raw, ranking, noise)
    draws = raw / raw.sum(axis=1, keepdims=True)
    return Weights(draws, draws.mean(axis=0), fired_rules(profile))


def _raise_ranked(raw: Array, ranking: tuple[CriterionId, ...], noise: Noise) -> None:
    """Lift the named criteria above the rest, in their order, in every draw.

    They are sorted uniform draws between the largest of the rest and three times it: the least that
    the user's words say, and no more.
    """
    named = [CRITERIA.index(c) for c in ranking]
    rest = [i for i in range(len(CRITERIA)) if i not in named]
    floor = raw[:, rest].max(axis=1) if rest else np.zeros(len(raw))
    floor[floor == 0] = 1.0  # nothing else counts: only the order among the named is left
    uniform = np.stack([noise.uniform("ranking", str(i)) for i in range(len(named))], axis=1)
    lift = 1.0 + 2.0 * -np.sort(-uniform, axis=1)
    raw[:, named] = floor[:, None] * lift

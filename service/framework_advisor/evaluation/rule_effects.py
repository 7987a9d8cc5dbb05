"""What each weight rule does to the cases: with it and without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from framework_advisor.decision.weights import WEIGHTING
from framework_advisor.evaluation.answers import Answer, answer
from framework_knowledge import Knowledge

#: A change of a probability by less than this is not counted. Both answers use the same draws, so
#: that what differs is the rule.
NOTICEABLE = 0.002
DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """Ids of cases that a rule changes.

    ``changed``: p_best or the probability of what was chosen moves noticeably; ``pick``: another
    pick; ``helped``: probability that it adds to what was acceptable, in sum over the cases.
    """

    rule: str
    reason: str
    fires: int
    changed: tuple[str, ...]
    pick: tuple[str, ...]
    helped: float


def rule_effects(answers: Sequence[Answer], knowledge: Knowledge) -> tuple[RuleEffect, ...]:
    """The effect of every rule on the cases in which it fires."""
    return tuple(
        _effect(rule.id, [a for a in answers if rule.when(a.case.profile)], knowledge)
        for rule in WEIGHTING.rules
    )


def _effect(rule: str, fired: Sequence[Answer], knowledge: Knowledge) -> RuleEffect:
    found = next(r for r in WEIGHTING.rules if r.id == rule)
    weighting = replace(WEIGHTING, rules=tuple(r for r in WEIGHTING.rules if r is not found))
    changed: list[str] = []
    pick: list[str] = []
    helped = 0.0
    for with_it in fired:
        case = with_it.case
        full = answer(case, knowledge, draws=DRAWS)
        without = answer(case, knowledge, weighting=weighting, draws=DRAWS)
        moves: Mapping[str, float] = {
            f: abs(p - without.probabilities.get(f, 0.0)) for f, p in full.probabilities.items()
        }
        if max(moves.values(), default=0.0) >= NOTICEABLE:
            changed.append(case.decision.id)
        if full.order[:1] != without.order[:1]:
            pick.append(case.decision.id)
        helped += full.acceptable - without.acceptable
    return RuleEffect(rule, found.reason, len(fired), tuple(changed), tuple(pick), helped)

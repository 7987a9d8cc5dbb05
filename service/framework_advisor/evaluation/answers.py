"""What the advisor, or a baseline, answers to a case: how likely each framework is the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import ValidationError

from framework_advisor.decision.acceptability import winners
from framework_advisor.decision.assessment import assess
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.simulation import simulate
from framework_advisor.decision.weights import WEIGHTING, Weighting
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.profile import Profile
from framework_advisor.validation import field_errors
from framework_knowledge import Knowledge, Snapshot
from framework_knowledge.models import FrameworkId
from framework_knowledge.published_decisions import PublishedDecision, published_decisions

#: What is left out of a case: nothing, what the project prefers, or what our claims say of it.
Without = Literal["nothing", "preferences", "own_claims"]


@dataclass(frozen=True, slots=True)
class Case:
    """A published decision with its profile as of its day."""

    decision: PublishedDecision
    profile: Profile


@dataclass(frozen=True, slots=True)
class Answer:
    """Frameworks by mean value, best first, and the probability of each to be the best."""

    case: Case
    order: tuple[FrameworkId, ...]
    probabilities: Mapping[FrameworkId, float]

    @property
    def p_best(self) -> float:
        """Stated probability of the pick; 0 where nothing is feasible."""
        return self.probabilities[self.order[0]] if self.order else 0.0

    @property
    def acceptable(self) -> float:
        """Probability given to what was chosen or is as good by its source."""
        return sum(self.probabilities.get(f, 0.0) for f in self.case.decision.acceptable)

    @property
    def right(self) -> bool:
        """Whether the pick is acceptable."""
        return bool(self.order) and self.order[0] in self.case.decision.acceptable

    @property
    def right_in_two(self) -> bool:
        """Whether the pick or the runner-up is acceptable."""
        return any(f in self.case.decision.acceptable for f in self.order[:2])


def cases(
    knowledge: Knowledge, decisions: Sequence[PublishedDecision] | None = None
) -> tuple[Case, ...]:
    """The cases to judge by; those of the package by default.

    Raises InvalidInput with the decision's id where there are none, where a profile is none, or
    where a claim about the project does not exist.
    """
    found = published_decisions() if decisions is None else decisions
    if not found:
        raise InvalidInput((FieldError("/decisions", "there are none", "at least one decision"),))
    claims = {claim.id for claim in knowledge.claims}
    wrong = tuple(
        FieldError(f"/{d.id}/about", f"'{name}' is no claim", "ids of claims that exist")
        for d in found
        for name in d.about
        if name not in claims
    )
    if wrong:
        raise InvalidInput(wrong)
    return tuple(_case(d) for d in found)


def _case(decision: PublishedDecision) -> Case:
    evidence = {"as_of": str(decision.as_of), "probe_run": None}
    try:
        profile = Profile.model_validate({**decision.profile, "evidence": evidence})
    except ValidationError as error:
        raise InvalidInput(
            tuple(
                FieldError(f"/{decision.id}/profile{e.pointer}", e.detail, e.expected)
                for e in field_errors(error.errors())
            )
        ) from None
    return Case(decision, profile)


def answer(
    case: Case,
    knowledge: Knowledge,
    *,
    without: Without = "nothing",
    weighting: Weighting = WEIGHTING,
    draws: int | None = None,
) -> Answer:
    """What the advisor says on the day of the decision, with nothing measured."""
    profile = case.profile
    snapshot = knowledge.snapshot(case.decision.as_of)
    if without == "preferences":
        profile = profile.model_copy(update={"preferences": None})
    if without == "own_claims" and case.decision.about:
        snapshot = _mute(snapshot, case.decision.about)
    assessment = assess(profile, snapshot, Measurements(), weighting)
    best = assessment.best
    if not best:
        return Answer(case, (), {})
    noise = Noise(profile.seed or 0)
    drawn = simulate(noise, assessment.weights, assessment.values, best, best, draws)
    winner = winners(drawn.totals)
    won = np.array([np.count_nonzero(winner == i) for i in range(len(best))]) / drawn.draws
    names = tuple(item.stack.framework for item in best)
    return Answer(case, names, dict(zip(names, won.tolist(), strict=True)))


def _mute(snapshot: Snapshot, claims: Sequence[str]) -> Snapshot:
    left = tuple(claim for claim in snapshot.claims if claim.id not in claims)
    return snapshot.model_copy(update={"claims": left})

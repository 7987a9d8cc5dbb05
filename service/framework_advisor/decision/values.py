"""Values of the stacks on the criteria's fixed scales, with their uncertainty.

What speaks of a stack on a criterion is pooled: the mean of the anchors that the claims satisfy,
each weighted by its grade, with a spread from grade, age and disagreement. Age widens the spread
and leaves the centre, so that older evidence does not narrow an interval; values are cut off at 0
and 1. Where nothing speaks, the value is uniform on [0, 1].
Measured beats documented beats judged by being less uncertain, not by fiat; where a measurement
applies, it stands in for what documents say of the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from framework_advisor.decision.circumstances import (
    FACET_DIMENSION,
    FacetValues,
    Situation,
    facet_values,
    trains_from_nothing,
)
from framework_advisor.decision.deployed_paths import AT_LEAST, DeployedPaths
from framework_advisor.decision.distributions import Belief, Uniform, mixed
from framework_advisor.decision.measured_values import MeasuredValues, device_for, speed_facet
from framework_advisor.decision.priors import DecisionFacet
from framework_advisor.decision.requirements import Doubt, Stack, active_gates, doubts
from framework_advisor.decision.statement_index import (
    Spoken,
    Support,
    pool_weights,
    pooled,
    statement_index,
)
from framework_advisor.decision.team_fit import team_fit
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Basis
from framework_knowledge.models import Criterion, CriterionId, Gate, Grade, Snapshot, Subject

SPEEDS: frozenset[CriterionId] = frozenset({"training_speed", "inference_speed"})
JUDGED: frozenset[Grade] = frozenset({"judgement", "unsourced"})

#: The aspect that does not count for a model whose weights are trained from nothing.
PRETRAINED = "pretrained_models"

Supports = tuple[Support, ...]
#: What applies, and how close it is to the case.
Told = tuple[int, Supports]
#: Statements about subjects, each put on another anchor of its scale: what if it were different?
Replaced = Mapping[tuple[str, Subject], str]


class Values:
    """What is believed of every stack on every criterion, for one profile.

    ``before`` are the values of the profile as it was before an open question was answered, with
    the facet that the answer settles: what the answer does not touch is taken from there.
    """

    def __init__(
        self,
        profile: Profile,
        snapshot: Snapshot,
        measured: MeasuredValues,
        paths: DeployedPaths,
        before: tuple[Values, DecisionFacet] | None = None,
    ) -> None:
        self._profile = profile
        self._situation = Situation(profile)
        self._snapshot = snapshot
        self._unwanted = PRETRAINED if trains_from_nothing(profile) else None
        self._index = statement_index(snapshot)
        self._gates: tuple[Gate, ...] | None = None
        self._doubts: dict[Stack, tuple[Doubt, ...]] = {}
        self._measured = measured
        self._paths = paths
        self._facets: dict[DecisionFacet, FacetValues] = {}
        self._closest: dict[tuple[CriterionId, Subject, str], tuple[int, tuple[Support, ...]]] = {}
        self._supports: dict[tuple[Stack, CriterionId, str], Supports] = {}
        self._beliefs: dict[tuple[Stack, CriterionId], Belief] = {}
        self._mixtures: dict[tuple[DecisionFacet, tuple[tuple[float, Belief], ...]], Belief] = {}
        self._before = before[0] if before else None
        #: Criteria on which this profile's values differ from those before the answer, with their
        #: places in CRITERIA; all of them where there was no answer.
        self.touched = before[0].touched_by(before[1]) if before else tuple(enumerate(CRITERIA))
        self._settled = frozenset(CRITERIA) - {criterion for _, criterion in self.touched}

    def doubts(self, stack: Stack) -> tuple[Doubt, ...]:
        """Requirements of which it is not known whether the stack meets them."""
        if self._gates is None:
            self._gates = active_gates(self._profile, self._snapshot)
        if stack not in self._doubts:
            self._doubts[stack] = tuple(
                self._paths.told(each, gate, stack)
                for gate in self._gates
                for each in doubts((gate,), stack)
            )
        return self._doubts[stack]

    def facet(self, criterion: CriterionId) -> DecisionFacet:
        """The part of the profile that the criterion is judged for."""
        if criterion in SPEEDS:
            return speed_facet(self._profile, criterion)
        if criterion == "team_fit":
            return "fluency"
        return self._index.criteria[criterion].facet

    def facet_values(self, facet: DecisionFacet) -> FacetValues:
        """The profile's values of a facet, or the prior's."""
        found = self._facets.get(facet)
        if found is None:
            found = self._facets[facet] = facet_values(self._profile, facet)
        return found

    def touched_by(self, answered: DecisionFacet) -> tuple[tuple[int, CriterionId], ...]:
        """The criteria on which the answer to an open question may change what is believed."""
        dimension = FACET_DIMENSION.get(answered)
        return tuple(
            (place, criterion)
            for place, criterion in enumerate(CRITERIA)
            if (criterion in SPEEDS and self._measured.anything)
            or (criterion in AT_LEAST and self._paths.anything)
            or self.facet(criterion) == answered
            or dimension in self._index.named.get(criterion, ())
        )

    def belief(
        self, stack: Stack, criterion: CriterionId, replaced: Replaced | None = None
    ) -> Belief:
        """What is believed of a stack's value on a criterion.

        ``replaced`` puts a statement's subject on another anchor: what if that fact were different?
        """
        if replaced:
            return self._mixed(stack, criterion, replaced)
        key = (stack, criterion)
        found = self._beliefs.get(key)
        if found is None:
            found = (
                self._before.belief(stack, criterion)
                if self._before and criterion in self._settled
                else self._mixed(stack, criterion, None)
            )
            self._beliefs[key] = found
        return found

    def _mixed(self, stack: Stack, criterion: CriterionId, replaced: Replaced | None) -> Belief:
        facet = self.facet(criterion)
        found = self.facet_values(facet)
        beliefs = {v: self.belief_at(stack, criterion, v, replaced) for v in found.shares}
        if len(beliefs) == 1:
            return next(iter(beliefs.values()))
        parts = tuple((share, beliefs[value]) for value, share in found.shares.items())
        # Keras often has the same parts on all its backends: one belief, drawn once.
        key = (facet, parts)
        if key not in self._mixtures:
            self._mixtures[key] = mixed(facet if found.drawn else None, parts)
        return self._mixtures[key]

    def belief_at(
        self,
        stack: Stack,
        criterion: CriterionId,
        value: str,
        replaced: Replaced | None = None,
    ) -> Belief:
        """What is believed where the criterion's facet has that value."""
        if criterion == "team_fit":
            return team_fit(self._profile, stack, value)
        if criterion not in SPEEDS or not self._measured.anything:
            return self._documented(stack, criterion, value, replaced)
        executions = self.facet_values("execution")
        parts = [
            (share, measured or self._documented(stack, criterion, value, replaced))
            for share, (_, measured) in zip(
                executions.shares.values(),
                self._measured_at(stack, criterion, value),
                strict=True,
            )
        ]
        return mixed("execution" if executions.drawn else None, parts)

    def _documented(
        self, stack: Stack, criterion: CriterionId, value: str, replaced: Replaced | None
    ) -> Belief:
        """What claims and cells say; uniform where they say nothing."""
        supports = self.supports(stack, criterion, value, replaced)
        if not supports:
            return _unknown(stack.subject, criterion)
        if replaced:
            return pooled(criterion, supports).belief
        return self._index.pooled(criterion, supports).belief

    def shares(self, stack: Stack, criterion: CriterionId) -> Mapping[Support, float]:
        """Of each piece of evidence its share in the value, where nothing was measured instead."""
        found: dict[Support, float] = {}
        for value, share in self.facet_values(self.facet(criterion)).shares.items():
            supports = self.supports(stack, criterion, value)
            weights = self._index.pooled(criterion, supports).weights if supports else ()
            for support, weight in zip(supports, weights, strict=True):
                found[support] = found.get(support, 0.0) + share * weight
        return found

    def _measured_at(
        self, stack: Stack, criterion: CriterionId, value: str
    ) -> tuple[tuple[str, Belief | None], ...]:
        """Measured values for each way the project's code may run; None where there are none."""
        device = device_for(self._profile, criterion, value)
        executions = self.facet_values("execution").shares
        return tuple((e, self._measured.belief(stack, criterion, device, e)) for e in executions)

    def supports(
        self,
        stack: Stack,
        criterion: CriterionId,
        value: str,
        replaced: Replaced | None = None,
    ) -> tuple[Support, ...]:
        """The evidence that speaks of a stack on a criterion for one value of the facet.

        What is said for more of the profile's circumstances replaces what is said for fewer, or in
        general, aspect by aspect; what is said of Keras on that backend replaces what it inherits.
        """
        if replaced:
            return self._speaking(stack, criterion, value, replaced)
        key = (stack, criterion, value)
        found = self._supports.get(key)
        if found is None:
            found = self._supports[key] = self._speaking(stack, criterion, value, None)
        return found

    def _speaking(
        self, stack: Stack, criterion: CriterionId, value: str, replaced: Replaced | None
    ) -> Supports:
        scale = self._index.criteria[criterion]
        told = [self._closest_to(criterion, name, value) for name in stack.looked_up_as()]
        if replaced:
            told = [(close, _with(replaced, scale, found)) for close, found in told]
        said = told[0][1] if len(told) == 1 else self._of_keras(scale, *told)
        return (*said, *self._paths.supports(stack, scale, value, said))

    def _of_keras(self, scale: Criterion, own: Told, framework: Told, backend: Told) -> Supports:
        """What speaks of Keras on a backend: what is said of it there, of Keras, of the backend.

        What is said of Keras on every backend for just these circumstances is closer to the case
        than what is said of it on this one in general; and Keras is no better than what it runs on.
        """
        said = framework[1] if framework[0] > own[0] else own[1]
        if not scale.follows_backend or not backend[1]:
            return said or framework[1]
        return self._index.capped(said, _level(backend[1])) if own[1] else backend[1]

    def _cited(self, stack: Stack, criterion: CriterionId, value: str) -> Supports:
        """What a value rests on: where the backend holds Keras back, what is said of it as well."""
        found = self.supports(stack, criterion, value)
        scale = self._index.criteria[criterion]
        if all(s.value == scale.value_of(s.anchor) for s in found if not self._ran(s)):
            return found
        return (*found, *self._closest_to(criterion, stack.backend, value)[1])

    def _ran(self, support: Support) -> bool:
        """Whether it is a path that was tried on a host."""
        return support.evidence in self._paths.ids

    def _closest_to(
        self, criterion: CriterionId, subject: Subject, value: str
    ) -> tuple[int, tuple[Support, ...]]:
        """What applies to the profile, of each aspect the closest to the case, and how close."""
        key = (criterion, subject, value)
        if key not in self._closest:
            facet = self.facet(criterion)
            applying = [
                spoken
                for spoken in self._index.of(criterion, subject)
                if self._situation.meets(spoken.conditions, facet, value)
            ]
            self._closest[key] = _closest(_counting(applying, self._unwanted))
        return self._closest[key]

    def basis(self, stack: Stack, criterion: CriterionId) -> tuple[Basis, tuple[str, ...]]:
        """What a value rests on, and the ids of its evidence."""
        if criterion == "team_fit":
            team = self._profile.team
            told = team is not None and bool(team.skills or team.existing_code)
            return ("judged", ("profile:team",)) if told else ("unknown", ())
        measured: tuple[str, ...] = ()
        supports: dict[str, Support] = {}
        for value in self.facet_values(self.facet(criterion)).shares:
            parts = self._measured_at(stack, criterion, value) if criterion in SPEEDS else ()
            if any(part is not None for _, part in parts):
                measured = self._measured.evidence(stack, criterion)
            if not parts or any(part is None for _, part in parts):
                supports |= {s.evidence: s for s in self._cited(stack, criterion, value)}
        evidence = (*measured, *supports)
        if measured:
            return "measured", evidence
        if not supports:
            return "unknown", ()
        if any(self._ran(s) and s.grade == "measured" for s in supports.values()):
            return "measured", evidence
        judged = all(s.grade in JUDGED for s in supports.values())
        return ("judged" if judged else "documented"), evidence


def _closest(applying: Sequence[Spoken]) -> tuple[int, tuple[Support, ...]]:
    closest: dict[str, int] = {}
    for spoken in applying:
        aspect = spoken.support.aspect
        closest[aspect] = max(closest.get(aspect, 0), spoken.closeness)
    return max(closest.values(), default=0), tuple(
        spoken.support for spoken in applying if spoken.closeness == closest[spoken.support.aspect]
    )


def _counting(applying: Sequence[Spoken], unwanted: str | None) -> Sequence[Spoken]:
    """Those that do not speak of an unwanted aspect alone, where others speak as well."""
    left = [spoken for spoken in applying if spoken.support.aspect != unwanted]
    return left or applying


def _level(supports: Sequence[Support]) -> float:
    """Where on the scale the evidence puts a subject, all of it pooled."""
    return sum(w * s.value for w, s in zip(pool_weights(supports), supports, strict=True))


def _with(replaced: Replaced, scale: Criterion, supports: Sequence[Support]) -> tuple[Support, ...]:
    """The supports with those on another anchor that are to be replaced."""
    return tuple(
        s
        if (anchor := replaced.get((s.evidence, s.subject))) is None
        else replace(s, anchor=anchor, value=scale.value_of(anchor))
        for s in supports
    )


@lru_cache(maxsize=256)
def _unknown(subject: Subject, criterion: CriterionId) -> Uniform:
    return Uniform(("unknown", subject, criterion))

"""Values of the stacks on the criteria's fixed scales, with their uncertainty.

What speaks of a stack on a criterion is pooled: the mean of the anchors that the claims satisfy,
each weighted by its grade, with a spread from grade, age and disagreement. Age widens the spread
and leaves the centre, so that older evidence does not narrow an interval; draws are cut off at 0
and 1. Where nothing speaks, the value is uniform on [0, 1].
Measured beats documented beats judged by being less uncertain, not by fiat; where a measurement
applies, it stands in for what documents say of the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.certainty import SPREAD, spread_of
from framework_advisor.decision.circumstances import (
    DecisionFacet,
    applies,
    facet_values,
)
from framework_advisor.decision.measured_values import MeasuredValues, device_for, speed_facet
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.team_fit import team_fit
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Basis
from framework_knowledge.models import Cell, Claim, Criterion, CriterionId, Grade, Snapshot, Subject

Array = npt.NDArray[np.float64]

SPEEDS: frozenset[CriterionId] = frozenset({"training_speed", "inference_speed"})
JUDGED: frozenset[Grade] = frozenset({"judgement", "unsourced"})


@dataclass(frozen=True, slots=True)
class Support:
    """One piece of evidence for a value: where it puts it and how surely.

    ``subject`` is whom the evidence speaks of, and names its noise: Keras on JAX that inherits what
    is said of JAX shares the draw.
    """

    evidence: str
    subject: Subject
    aspect: str
    anchor: str
    value: float
    spread: float
    grade: Grade


class Values:
    """Value draws of every stack on every criterion."""

    def __init__(
        self,
        profile: Profile,
        snapshot: Snapshot,
        measured: MeasuredValues,
        noise: Noise,
    ) -> None:
        self._profile = profile
        self._snapshot = snapshot
        self._measured = measured
        self._noise = noise
        self._criteria: dict[CriterionId, Criterion] = {c.id: c for c in snapshot.criteria}
        self._statements: dict[tuple[CriterionId, Subject], list[tuple[Claim | Cell, str]]] = {}
        for claim in snapshot.claims:
            for subject, anchor in claim.values.items():
                self._statements.setdefault((claim.criterion, subject), []).append((claim, anchor))
        for cell in snapshot.cells:
            if cell.framework:
                key = (cell.criterion, cell.framework)
                self._statements.setdefault(key, []).append((cell, cell.value))

    def facet(self, criterion: CriterionId) -> DecisionFacet:
        """The part of the profile that the criterion is judged for."""
        if criterion in SPEEDS:
            return speed_facet(self._profile, criterion)
        if criterion == "team_fit":
            return "fluency"
        return self._criteria[criterion].facet

    def draws(
        self,
        stack: Stack,
        criterion: CriterionId,
        replaced: Mapping[tuple[str, Subject], str] | None = None,
    ) -> Array:
        """Value draws in [0, 1], shape (draws,).

        ``replaced`` puts a statement's subject on another anchor: what if that fact were different?
        """
        facet = facet_values(self._profile, self.facet(criterion))
        parts = {value: self._at(stack, criterion, value, replaced or {}) for value in facet.shares}
        if facet.drawn:
            return np.choose(self.facet_index(self.facet(criterion)), list(parts.values()))
        mixed: Array = np.sum([facet.shares[v] * part for v, part in parts.items()], axis=0)
        return mixed

    def facet_index(self, facet: DecisionFacet) -> npt.NDArray[np.intp]:
        """Which value of an open facet each draw takes, shape (draws,)."""
        shares = np.array(list(facet_values(self._profile, facet).shares.values()))
        # Rounding may leave the last bound below 1; the last value takes what is left.
        bounds = np.cumsum(shares / shares.sum())[:-1]
        return np.searchsorted(bounds, self._noise.uniform("facet", facet), side="right")

    def _at(
        self,
        stack: Stack,
        criterion: CriterionId,
        value: str,
        replaced: Mapping[tuple[str, Subject], str],
    ) -> Array:
        """Draws for one value of the facet."""
        if criterion == "team_fit":
            return team_fit(self._profile, stack, value, self._noise)
        documented = self._documented_at(stack, criterion, value, replaced)
        if criterion not in SPEEDS:
            return documented
        measured = [part for _, part in self._measured_at(stack, criterion, value)]
        parts = [documented if part is None else part for part in measured]
        return parts[0] if len(parts) == 1 else np.choose(self.facet_index("execution"), parts)

    def _documented_at(
        self,
        stack: Stack,
        criterion: CriterionId,
        value: str,
        replaced: Mapping[tuple[str, Subject], str],
    ) -> Array:
        """Draws from what claims and cells say; uniform where they say nothing."""
        supports = self.supports(stack, criterion, value, replaced)
        if not supports:
            return self._noise.uniform("unknown", stack.subject, criterion)
        weights = pool_weights(supports)
        values = np.array([s.value for s in supports])
        centre = float(weights @ values)
        # Sources that disagree leave open which of them is right.
        disagreement = float(weights @ (values - centre) ** 2)
        spreads = np.array([s.spread for s in supports])
        spread = float(np.sqrt(np.sum((weights * spreads) ** 2) + disagreement))
        # One draw for all that speaks of a subject together: with one draw, a wider spread is a
        # wider interval, exactly.
        evidence = sorted(s.evidence for s in supports)
        noise = self._noise.normal("fact", criterion, supports[0].subject, *evidence)
        return np.clip(centre + spread * noise, 0.0, 1.0)

    def _measured_at(
        self, stack: Stack, criterion: CriterionId, value: str
    ) -> tuple[tuple[str, Array | None], ...]:
        """Measured draws for each way the project's code may run; None where there are none."""
        device = device_for(self._profile, criterion, value)
        executions = facet_values(self._profile, "execution").shares
        return tuple((e, self._measured.draws(stack, criterion, device, e)) for e in executions)

    def supports(
        self,
        stack: Stack,
        criterion: CriterionId,
        value: str,
        replaced: Mapping[tuple[str, Subject], str] | None = None,
    ) -> tuple[Support, ...]:
        """The evidence that speaks of a stack on a criterion for one value of the facet.

        What is said for more of the profile's circumstances replaces what is said for fewer, or in
        general, aspect by aspect; what is said of Keras on that backend replaces what it inherits.
        """
        scale = self._criteria[criterion]
        facet = self.facet(criterion)
        for subject in self._subjects(stack, scale):
            found = [
                (statement, (replaced or {}).get((statement.id, subject), anchor))
                for statement, anchor in self._statements.get((criterion, subject), ())
                if applies(statement.when, self._profile, facet, value)
            ]
            closest: dict[str, int] = {}
            for statement, _ in found:
                aspect = scale.aspect_of(statement)
                closest[aspect] = max(closest.get(aspect, 0), _closeness(statement))
            chosen = [
                item for item in found if _closeness(item[0]) == closest[scale.aspect_of(item[0])]
            ]
            if chosen:
                return tuple(
                    Support(
                        evidence=statement.id,
                        subject=subject,
                        aspect=scale.aspect_of(statement),
                        anchor=anchor,
                        value=scale.value_of(anchor),
                        spread=spread_of(statement, self._snapshot.as_of),
                        grade=statement.grade,
                    )
                    for statement, anchor in chosen
                )
        return ()

    def _subjects(self, stack: Stack, criterion: Criterion) -> tuple[Subject, ...]:
        names = stack.looked_up_as()
        if len(names) == 1:
            return names
        own, framework, backend = names
        return (own, backend, framework) if criterion.follows_backend else (own, framework)

    def basis(self, stack: Stack, criterion: CriterionId) -> tuple[Basis, tuple[str, ...]]:
        """What a value rests on, and the ids of its evidence."""
        if criterion == "team_fit":
            team = self._profile.team
            told = team is not None and bool(team.skills or team.existing_code)
            return ("judged", ("profile:team",)) if told else ("unknown", ())
        measured: tuple[str, ...] = ()
        supports: dict[str, Support] = {}
        for value in facet_values(self._profile, self.facet(criterion)).shares:
            parts = self._measured_at(stack, criterion, value) if criterion in SPEEDS else ()
            if any(part is not None for _, part in parts):
                measured = self._measured.evidence(stack, criterion)
            if not parts or any(part is None for _, part in parts):
                supports |= {s.evidence: s for s in self.supports(stack, criterion, value)}
        evidence = (*measured, *supports)
        if measured:
            return "measured", evidence
        if not supports:
            return "unknown", ()
        judged = all(s.grade in JUDGED for s in supports.values())
        return ("judged" if judged else "documented"), evidence


def pool_weights(supports: Sequence[Support]) -> Array:
    """Weight of each support in the pooled value, shape (supports,), summing to 1.

    Aspects of a criterion share alike, and within an aspect weights go by grade: the better graded,
    the more, as the inverse of the variance.
    """
    raw = np.array([1 / SPREAD[s.grade] ** 2 for s in supports])
    aspects = sorted({s.aspect for s in supports})
    for aspect in aspects:
        mine = np.array([s.aspect == aspect for s in supports])
        raw[mine] /= raw[mine].sum() * len(aspects)
    return raw


def _closeness(statement: Claim | Cell) -> int:
    """How many circumstances a statement is made for: the more, the closer to the case it is."""
    return sum(bool(value) for value in statement.when.model_dump().values())

"""A snapshot's statements by what they speak of, prepared once and used by every profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt

from framework_advisor.decision.certainty import SPREAD, spread_of
from framework_advisor.decision.circumstances import Conditions, conditions
from framework_advisor.decision.distributions import Clipped
from framework_advisor.decision.per_snapshot import PerSnapshot
from framework_knowledge.models import (
    Cell,
    Circumstances,
    Claim,
    Criterion,
    CriterionId,
    Grade,
    Snapshot,
    Subject,
)

#: Combinations of statements for which it is kept what they say together.
POOLED_KEPT = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """One piece of evidence for a value: where it puts it and how surely; told apart by identity.

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


@dataclass(frozen=True, slots=True)
class Spoken:
    """A support with the conditions under which it counts, and how many those are.

    The more circumstances a statement is made for, the closer to the case it is.
    """

    support: Support
    conditions: Conditions
    closeness: int


@dataclass(frozen=True, slots=True)
class Pooled:
    """What several pieces of evidence say together, and how much each of them weighs in it."""

    belief: Clipped
    weights: tuple[float, ...]


def pooled(criterion: CriterionId, supports: Sequence[Support]) -> Pooled:
    """One belief from all that speaks of a subject on a criterion."""
    weights = pool_weights(supports)
    centre = read = disagreement = 0.0
    for weight, support in zip(weights, supports, strict=True):
        centre += weight * support.value
        read += (weight * support.spread) ** 2
    for weight, support in zip(weights, supports, strict=True):
        # Sources that disagree leave open which of them is right.
        disagreement += weight * (support.value - centre) ** 2
    # One draw for all that speaks of a subject together: with one draw, a wider spread is a
    # wider interval, exactly.
    evidence = sorted(s.evidence for s in supports)
    name = ("fact", criterion, supports[0].subject, *evidence)
    return Pooled(Clipped(centre, ((sqrt(read + disagreement), name),)), weights)


@dataclass(frozen=True, slots=True)
class StatementIndex:
    """Everything that speaks of a subject on a criterion, in the order of the knowledge.

    ``named`` tells of each criterion the circumstances that some statement on it is made for.
    """

    criteria: Mapping[CriterionId, Criterion]
    spoken: Mapping[tuple[CriterionId, Subject], Sequence[Spoken]]
    named: Mapping[CriterionId, frozenset[str]]
    _pooled: dict[tuple[Support, ...], Pooled] = field(default_factory=dict)
    _capped: dict[tuple[tuple[Support, ...], float], tuple[Support, ...]] = field(
        default_factory=dict
    )

    def pooled(self, criterion: CriterionId, supports: tuple[Support, ...]) -> Pooled:
        """What some of these statements say together: the same, whatever the profile."""
        found = self._pooled.get(supports)
        if found is None:
            if len(self._pooled) >= POOLED_KEPT:
                self._pooled.clear()
            found = self._pooled[supports] = pooled(criterion, supports)
        return found

    def capped(self, supports: tuple[Support, ...], limit: float) -> tuple[Support, ...]:
        """The same evidence, none of it above a limit on the scale: the same, whatever the profile.

        The limit comes from anchors alone, so that age does not move it.
        """
        if all(s.value <= limit for s in supports):
            return supports
        key = (supports, limit)
        if key not in self._capped:
            if len(self._capped) >= POOLED_KEPT:
                self._capped.clear()
            self._capped[key] = tuple(replace(s, value=min(s.value, limit)) for s in supports)
        return self._capped[key]

    def of(self, criterion: CriterionId, subject: Subject) -> Sequence[Spoken]:
        """What speaks of that subject on that criterion; empty where nothing does."""
        return self.spoken.get((criterion, subject), ())


def pool_weights(supports: Sequence[Support]) -> tuple[float, ...]:
    """Weight of each support in the pooled value, summing to 1.

    Aspects of a criterion share alike, and within an aspect weights go by grade: the better graded,
    the more, as the inverse of the variance.
    """
    raw = [1 / SPREAD[s.grade] ** 2 for s in supports]
    sums: dict[str, float] = {}
    for support, weight in zip(supports, raw, strict=True):
        sums[support.aspect] = sums.get(support.aspect, 0.0) + weight
    return tuple(
        weight / (sums[support.aspect] * len(sums))
        for support, weight in zip(supports, raw, strict=True)
    )


def _index(snapshot: Snapshot) -> StatementIndex:
    criteria = {c.id: c for c in snapshot.criteria}
    spoken: dict[tuple[CriterionId, Subject], list[Spoken]] = {}
    named: dict[CriterionId, set[str]] = {}

    def add(statement: Claim | Cell, when: Circumstances, subject: Subject, anchor: str) -> None:
        criterion = criteria[statement.criterion]
        circumstances = {n for n in when.model_fields_set if getattr(when, n)}
        named.setdefault(criterion.id, set()).update(circumstances)
        support = Support(
            evidence=statement.id,
            subject=subject,
            aspect=criterion.aspect_of(statement),
            anchor=anchor,
            value=criterion.value_of(anchor),
            spread=spread_of(statement, snapshot.as_of),
            grade=statement.grade,
        )
        spoken.setdefault((criterion.id, subject), []).append(
            Spoken(support, conditions(when), len(circumstances))
        )

    for claim in snapshot.claims:
        for subject, anchor in claim.values.items():
            add(claim, claim.when, subject, anchor)
    for cell in snapshot.cells:
        if cell.framework:
            add(cell, cell.when, cell.framework, cell.value)
    return StatementIndex(criteria, spoken, {c: frozenset(names) for c, names in named.items()})


statement_index = PerSnapshot(_index)

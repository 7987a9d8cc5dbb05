"""What should be looked up again: evidence older than its kind warrants, the most decisive first.

Decisiveness says how much of an answer rests on a statement. In one answer, the weight of a
criterion is shared among the statements that a framework's value rests on, by grade as the value
itself is (inverse variance); of a framework that is ruled out, all weight is shared among what
rules it out. Averaged over the frameworks, and over the reference profiles, it lies between 0 and
1, and over all statements it sums to at most 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from framework_advisor.decision import decide
from framework_advisor.decision.certainty import SPREAD, age_of, years_overdue
from framework_advisor.decision.measurements import Measurements
from framework_advisor.profile import EvidenceChoice, Profile
from framework_advisor.recommendation import Decision
from framework_knowledge import Knowledge
from framework_knowledge.ageing import kind_of
from framework_knowledge.models import Cell, Claim, CriterionId, Gate, Grade, Snapshot, Source

Statement = Claim | Cell | Gate


class Document(BaseModel):
    """Base: frozen."""

    model_config = ConfigDict(frozen=True)


class Stale(Document):
    """One statement whose evidence should be read again."""

    id: str
    statement: str
    criterion: CriterionId | None = Field(description="None: a hard requirement")
    grade: Grade
    kind: str = Field(description="of the evidence, as ageing.yaml names it")
    observed: date
    age_years: float
    fresh_years: float = Field(description="how long a reading of this kind is as good as new")
    overdue_years: float
    decisiveness: float = Field(description="share of an answer's weight that rests on it, 0 to 1")
    urgency: float = Field(description="overdue_years times decisiveness")
    why: str
    profiles: tuple[str, ...] = Field(description="reference profiles whose answer rests on it")
    sources: tuple[Source, ...] = Field(description="where to read it again")
    supersedes: tuple[str, ...] = Field(description="statements in whose place it stands")
    provenance: str | None = Field(description="the overlay that says it; None: the packaged one")


class StaleList(Document):
    """What should be read again as of a day, the most urgent first."""

    as_of: date
    version: str
    sha256: str
    items: tuple[Stale, ...]
    total: int = Field(description="stale statements in all")
    profiles: tuple[str, ...] = Field(description="the profiles that say what is decisive")


@cache
def reference_profiles() -> tuple[Profile, ...]:
    """The published set of typical projects; each has a name."""
    text = (Path(__file__).parent / "reference_profiles.json").read_bytes()
    return TypeAdapter(tuple[Profile, ...]).validate_json(text)


def stale(
    knowledge: Knowledge,
    as_of: date,
    profiles: Sequence[Profile] | None = None,
    limit: int | None = None,
) -> StaleList:
    """The statements that hold on a day and whose evidence is older then than its kind warrants.

    ``profiles`` say what is decisive: the reference profiles where none are given. ``limit`` keeps
    the first so many. Raises ValueError for a day before the first of the knowledge.
    """
    snapshot = knowledge.snapshot(as_of)
    asked = reference_profiles() if profiles is None else tuple(profiles)
    names = [profile.name or f"profile {i}" for i, profile in enumerate(asked, 1)]
    shares = [resting(_decision(profile, snapshot), snapshot) for profile in asked]
    statements: tuple[Statement, ...] = (*snapshot.claims, *snapshot.cells, *snapshot.gates)
    supersedes = _supersedes(knowledge)
    sources = {source.id: source for source in snapshot.sources}
    found = []
    for each in statements:
        if years_overdue(each, as_of) > 0:
            mine = {n: s[each.id] for n, s in zip(names, shares, strict=True) if each.id in s}
            item = _stale(knowledge, each, as_of, sum(mine.values()) / len(asked))
            found.append(
                item.model_copy(
                    update={
                        "profiles": tuple(mine),
                        "sources": tuple(sources[s] for s in _to_read(each)),
                        "supersedes": supersedes.get(each.id, ()),
                    }
                )
            )
    found.sort(key=lambda each: (-each.urgency, -each.overdue_years, each.id))
    return StaleList(
        as_of=as_of,
        version=snapshot.version,
        sha256=snapshot.sha256,
        items=tuple(found[:limit]),
        total=len(found),
        profiles=tuple(names),
    )


def resting(decision: Decision, snapshot: Snapshot) -> Mapping[str, float]:
    """Statement id to the share of an answer's weight that rests on it; sums to at most 1."""
    statements: tuple[Statement, ...] = (*snapshot.claims, *snapshot.cells, *snapshot.gates)
    certainty = {each.id: 1 / SPREAD[each.grade] ** 2 for each in statements}
    out: dict[str, list[str]] = {}
    for exclusion in decision.excluded:
        if exclusion.stack is None:
            out.setdefault(exclusion.framework, []).extend(exclusion.evidence)
    frameworks = len(decision.ranking) + len(out)
    found: dict[str, float] = {}

    def share(ids: Iterable[str], weight: float) -> None:
        cited = [each for each in dict.fromkeys(ids) if each in certainty]
        total = sum(certainty[each] for each in cited)
        for each in cited:
            found[each] = found.get(each, 0.0) + weight * certainty[each] / total / frameworks

    for row in decision.ranking:
        for contribution in row.contributions:
            share(contribution.evidence, contribution.weight)
    for ids in out.values():
        share(ids, 1.0)
    return found


def _decision(profile: Profile, snapshot: Snapshot) -> Decision:
    # Priors go by the day that the profile names, and no profile names one that is still to come.
    day = min(snapshot.as_of, datetime.now(UTC).date())
    evidence = (profile.evidence or EvidenceChoice()).model_copy(update={"as_of": day})
    asked = profile.model_copy(update={"evidence": evidence})
    return decide(asked, snapshot, Measurements(), engine_version=version("framework-advisor"))


def _stale(knowledge: Knowledge, each: Statement, as_of: date, decisiveness: float) -> Stale:
    kind = kind_of(each, knowledge.ageing)
    age, overdue = age_of(each, as_of), years_overdue(each, as_of)
    name = kind.id if kind else ""
    reason = f" ({kind.why})" if kind and kind.fresh_years == each.fresh_years else ""
    return Stale(
        id=each.id,
        statement=each.text,
        criterion=None if isinstance(each, Gate) else each.criterion,
        grade=each.grade,
        kind=name,
        observed=each.observed,
        age_years=age,
        fresh_years=each.fresh_years,
        overdue_years=overdue,
        decisiveness=decisiveness,
        urgency=overdue * decisiveness,
        why=f"read on {each.observed}, {age:.1f} years before; as good as new for "
        f"{each.fresh_years:g}: {name}{reason}",
        profiles=(),
        sources=(),
        supersedes=(),
        provenance=each.provenance,
    )


def _to_read(statement: Statement) -> Iterator[str]:
    """The sources of a statement; of a cell those of its check too."""
    yield from statement.sources
    if isinstance(statement, Cell):
        yield from statement.checked_with


def _supersedes(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Of each statement, those in whose place it stands."""
    found: dict[str, list[str]] = {}
    superseded: tuple[Claim | Cell, ...] = (*knowledge.claims, *knowledge.cells)
    for each in superseded:
        for successor in each.superseded_by:
            found.setdefault(successor, []).append(each.id)
    overriding: tuple[Claim | Gate, ...] = (*knowledge.claims, *knowledge.gates)
    for one in overriding:
        if one.overrides is not None:
            found.setdefault(one.id, []).append(one.overrides)
    return {name: tuple(ids) for name, ids in found.items()}

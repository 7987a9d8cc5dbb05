"""Which answers of the past would come out differently now, and because of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from framework_advisor.recommendation import Evidence, Recommendation, Status
from framework_knowledge.models import FrameworkId

#: A value on its scale that moved less than this did not change anything worth telling.
TOLD = 0.005

What = Literal[
    "new_evidence", "evidence_gone", "evidence_changed", "new_measurement", "measurement_gone",
    "value", "requirement", "engine",
]  # fmt: skip


class Document(BaseModel):
    """Base: frozen."""

    model_config = ConfigDict(frozen=True)


class Standing(Document):
    """An answer in short."""

    framework: FrameworkId | None
    status: Status
    p_best: float | None


class Cause(Document):
    """One thing that is not as it was when the answer was given."""

    what: What
    id: str = Field(description="of the evidence; else what the cause concerns")
    text: str
    run: str | None = Field(default=None, description="the probe run, of a measurement")


class Replayed(Document):
    """One stored answer, decided again; ``after`` is None where that was not possible."""

    id: str
    created_at: datetime
    name: str | None = Field(description="the profile's")
    as_of: date | None = Field(description="day of the knowledge that it rested on")
    before: Standing
    after: Standing | None
    changed: bool = Field(description="whether the pick or its status is another one")
    p_best_moved: float | None = Field(
        description="p_best of the pick now less that of the pick then"
    )
    because: tuple[Cause, ...] = Field(description="what differs in the evidence of the two")
    error: str | None = Field(default=None, description="why it could not be decided again")


class ReplayList(Document):
    """Every stored answer decided again, the newest first."""

    items: tuple[Replayed, ...]
    total: int
    changed: int = Field(description="answers whose pick or status would be another one")
    failed: int = Field(description="answers that could not be decided again")


def replayed(before: Recommendation, after: Recommendation) -> Replayed:
    """The two answers of one profile, side by side."""
    old, new = standing(before), standing(after)
    moved = None if old.p_best is None or new.p_best is None else new.p_best - old.p_best
    return Replayed(
        id=before.id,
        created_at=before.created_at,
        name=before.profile.name,
        as_of=before.knowledge.as_of,
        before=old,
        after=new,
        changed=(old.framework, old.status) != (new.framework, new.status),
        p_best_moved=moved,
        because=tuple(causes(before, after)),
    )


def standing(answer: Recommendation) -> Standing:
    """The answer in short."""
    verdict = answer.verdict
    return Standing(framework=verdict.framework, status=verdict.status, p_best=verdict.p_best)


def causes(before: Recommendation, after: Recommendation) -> Iterator[Cause]:
    """What differs in what two answers rest on: evidence cited, values, requirements, engine."""
    yield from _evidence(before.evidence, after.evidence)
    yield from _values(before, after)
    yield from _requirements(before, after)
    if before.engine.version != after.engine.version:
        told = f"{before.engine.version} → {after.engine.version}"
        yield Cause(what="engine", id="version", text=told)


def _evidence(before: dict[str, Evidence], after: dict[str, Evidence]) -> Iterator[Cause]:
    for id_ in sorted(after.keys() - before.keys()):
        what: What = "new_measurement" if after[id_].kind == "probe" else "new_evidence"
        yield Cause(what=what, id=id_, text=after[id_].statement, run=after[id_].run)
    for id_ in sorted(before.keys() - after.keys()):
        what = "measurement_gone" if before[id_].kind == "probe" else "evidence_gone"
        yield Cause(what=what, id=id_, text=before[id_].statement, run=before[id_].run)
    for id_, text in differing(before, after):
        yield Cause(what="evidence_changed", id=id_, text=text)


def differing(
    before: Mapping[str, Evidence], after: Mapping[str, Evidence]
) -> Iterator[tuple[str, str]]:
    """Evidence that both cite and that does not say the same in both: its id, and the fields."""
    for id_ in sorted(before.keys() & after.keys()):
        old, new = before[id_].model_dump(mode="json"), after[id_].model_dump(mode="json")
        fields = [f"{name}: {old[name]} → {new[name]}" for name in old if old[name] != new[name]]
        # What the profile says itself is dated on the day of the snapshot, which is no news.
        if fields and not id_.startswith("profile:"):
            yield id_, "; ".join(fields)


def _values(before: Recommendation, after: Recommendation) -> Iterator[Cause]:
    """Values on the criteria that moved, of the frameworks that are ranked in both answers."""
    old = {(r.framework, c.criterion): c.value for r in before.ranking for c in r.contributions}
    for row in after.ranking:
        for c in row.contributions:
            was = old.get((row.framework, c.criterion))
            if was is not None and abs(c.value - was) >= TOLD:
                where = f"{row.framework} {c.criterion}"
                yield Cause(what="value", id=where, text=f"{was:.2f} → {c.value:.2f}")


def _requirements(before: Recommendation, after: Recommendation) -> Iterator[Cause]:
    old = {(e.stack or e.framework, e.requirement): e.why for e in before.excluded}
    new = {(e.stack or e.framework, e.requirement): e.why for e in after.excluded}
    for who, requirement in sorted(new.keys() - old.keys()):
        text = f"now ruled out by '{requirement}': {new[who, requirement]}"
        yield Cause(what="requirement", id=who, text=text)
    for who, requirement in sorted(old.keys() - new.keys()):
        text = f"no longer ruled out by '{requirement}'"
        yield Cause(what="requirement", id=who, text=text)

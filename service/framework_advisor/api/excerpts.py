"""Documents of the knowledge: all of it or what a filter leaves. None filters nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Literal, cast

from framework_advisor.api.schemas import (
    ClaimList,
    CriterionList,
    FrameworkList,
    KnowledgeSummary,
    RowExcerpt,
    SourceList,
    TableExcerpt,
    TableList,
)
from framework_advisor.errors import FieldError, InvalidInput
from framework_knowledge import Cell, Claim, Knowledge, Snapshot, Table
from framework_knowledge.knowledge import set_aside_on
from framework_knowledge.models import CriterionId, FrameworkId, SetAside, Standing

#: How a claim stands on a day: it holds, others speak in its place, it ended, it is yet to come, an
#: overlay's claim stands in for it, an overlay mutes it.
ClaimStatus = Literal["holds", "superseded", "ended", "future", "overridden", "muted"]


def summary(knowledge: Knowledge) -> KnowledgeSummary:
    """Version, digest and size of what is known today."""
    snapshot = knowledge.snapshot(_today())
    kinds = ("criteria", "frameworks", "claims", "gates", "pieces", "sources", "cells")
    counts = {kind: len(getattr(snapshot, kind)) for kind in kinds}
    return KnowledgeSummary(
        version=snapshot.version,
        sha256=snapshot.sha256,
        as_of=snapshot.as_of,
        counts={**counts, "tables": len(knowledge.tables)},
        overlays=snapshot.overlays,
        set_aside=snapshot.set_aside,
    )


def criteria(
    knowledge: Knowledge, criterion: CriterionId | None, as_of: date | None
) -> CriterionList:
    """Criteria with the anchors of their scales."""
    known = snapshot_on(knowledge, as_of or _today()).criteria
    found = tuple(each for each in known if criterion in (None, each.id))
    return CriterionList(items=found, total=len(found))


def frameworks(
    knowledge: Knowledge, framework: FrameworkId | None, as_of: date | None
) -> FrameworkList:
    """Frameworks as they stood on that day, or stand today."""
    known = snapshot_on(knowledge, as_of or _today()).frameworks
    found = tuple(each for each in known if framework in (None, each.id))
    return FrameworkList(items=found, total=len(found))


def claims(
    knowledge: Knowledge,
    framework: FrameworkId | None,
    criterion: CriterionId | None,
    as_of: date | None,
    source: str | None,
    status: ClaimStatus | None,
) -> ClaimList:
    """Every claim, or with ``as_of`` those known and valid on that day."""
    known = knowledge.claims if as_of is None else snapshot_on(knowledge, as_of).claims
    day = as_of or _today()
    aside = set_aside_on(knowledge, day)
    if as_of is not None and status in ("overridden", "muted"):
        known = tuple(claim for claim in knowledge.claims if claim.id in aside)
    found = tuple(
        claim
        for claim in known
        if (framework is None or any(s.split(":")[0] == framework for s in claim.values))
        and criterion in (None, claim.criterion)
        and (source is None or source in claim.sources)
        and status in (None, _status(claim, day, aside))
    )
    return ClaimList(items=found, total=len(found))


def sources(knowledge: Knowledge, source: str | None, as_of: date | None) -> SourceList:
    """Every source, or with ``as_of`` those that the knowledge of that day rests on."""
    known = knowledge.sources if as_of is None else snapshot_on(knowledge, as_of).sources
    found = tuple(each for each in known if source in (None, each.id))
    return SourceList(items=found, total=len(found))


def tables(
    knowledge: Knowledge,
    framework: FrameworkId | None,
    criterion: CriterionId | None,
    as_of: date | None,
    source: str | None,
    status: Standing | None,
) -> TableList:
    """The comparison tables with the cells that the filter leaves."""
    if as_of is not None:
        snapshot_on(knowledge, as_of)
    wanted = {
        cell.id
        for cell in knowledge.cells
        if (framework is None or framework in _frameworks_of(cell))
        and criterion in (None, cell.criterion)
        and (as_of is None or cell.holds_on(as_of))
        and (source is None or source in (*cell.sources, *cell.checked_with))
        and status in (None, cell.standing)
    }
    return TableList(items=tuple(_narrowed(knowledge.tables, wanted)), total=len(wanted))


def _today() -> date:
    return datetime.now(UTC).date()


def snapshot_on(knowledge: Knowledge, day: date, field: str = "?as_of") -> Snapshot:
    """What was known on a day; ``field`` is named where the day is refused.

    Raises:
        InvalidInput: the day lies before the first of the knowledge, or ahead.
    """
    if not knowledge.first_day <= day <= _today():
        expected = f"a day from {knowledge.first_day} to today ({_today()})"
        raise InvalidInput((FieldError(field, f"{day} is out of range", expected),))
    return knowledge.snapshot(day)


def _status(claim: Claim, day: date, aside: Mapping[str, SetAside]) -> ClaimStatus:
    if claim.id in aside:
        return aside[claim.id].how
    if claim.superseded_by:
        return "superseded"
    if claim.holds_on(day):
        return "holds"
    return "ended" if claim.valid_until is not None and claim.valid_until <= day else "future"


def _frameworks_of(cell: Cell) -> tuple[FrameworkId, ...]:
    return cell.execution.of if cell.execution else (cast("FrameworkId", cell.framework),)


def _narrowed(tables: Iterable[Table], wanted: set[str]) -> Iterable[TableExcerpt]:
    """The tables with the wanted cells alone; a row or a table without any is left out."""
    for table in tables:
        rows = []
        for row in table.rows:
            cells = tuple(cell for cell in row.cells if cell.id in wanted)
            if cells:
                rows.append(RowExcerpt(id=row.id, feature=row.feature, cells=cells))
        if rows:
            yield TableExcerpt(
                id=table.id, title=table.title, columns=table.columns, rows=tuple(rows)
            )

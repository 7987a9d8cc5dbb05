"""``/v1/knowledge``: what the service knows, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Literal, cast

from litestar import Controller, Request, Response, get

from framework_advisor.api.openapi import described
from framework_advisor.api.responses import tagged
from framework_advisor.api.schemas import (
    ClaimList,
    CriterionList,
    FrameworkList,
    KnowledgeSummary,
    SourceList,
    TableList,
)
from framework_advisor.errors import FieldError, InvalidInput
from framework_knowledge import Cell, Claim, Knowledge, Snapshot, Table, load
from framework_knowledge.models import CriterionId, FrameworkId, Standing

AnyRequest = Request[Any, Any, Any]
#: How a claim stands on a day: it holds, others speak in its place, it ended, it is yet to come.
ClaimStatus = Literal["holds", "superseded", "ended", "future"]


class KnowledgeController(Controller):
    """Reading the knowledge."""

    path = "/v1/knowledge"

    @get(operation_class=described({200: KnowledgeSummary, 304: None}))
    async def summary(self, request: AnyRequest) -> Response[bytes]:
        """Say which knowledge the service decides with today."""
        knowledge = load()
        snapshot = knowledge.snapshot(_today())
        kinds = ("criteria", "frameworks", "claims", "gates", "pieces", "sources")
        counts = {kind: len(getattr(snapshot, kind)) for kind in kinds}
        return tagged(
            request,
            KnowledgeSummary(
                version=snapshot.version,
                sha256=snapshot.sha256,
                as_of=snapshot.as_of,
                counts={**counts, "tables": len(knowledge.tables), "cells": len(snapshot.cells)},
            ),
        )

    @get("/criteria", operation_class=described({200: CriterionList, 304: None}))
    async def criteria(
        self, request: AnyRequest, criterion: CriterionId | None = None, as_of: date | None = None
    ) -> Response[bytes]:
        """List the criteria with the anchors of their scales."""
        found = tuple(c for c in _on(as_of).criteria if criterion in (None, c.id))
        return tagged(request, CriterionList(items=found, total=len(found)))

    @get("/frameworks", operation_class=described({200: FrameworkList, 304: None}))
    async def frameworks(
        self, request: AnyRequest, framework: FrameworkId | None = None, as_of: date | None = None
    ) -> Response[bytes]:
        """List the frameworks as they stand."""
        found = tuple(f for f in _on(as_of).frameworks if framework in (None, f.id))
        return tagged(request, FrameworkList(items=found, total=len(found)))

    @get("/claims", operation_class=described({200: ClaimList, 304: None}))
    async def claims(
        self,
        request: AnyRequest,
        framework: FrameworkId | None = None,
        criterion: CriterionId | None = None,
        as_of: date | None = None,
        source: str | None = None,
        status: ClaimStatus | None = None,
    ) -> Response[bytes]:
        """List the claims: all of them, or with as_of those known and valid on that day."""
        claims = load().claims if as_of is None else _on(as_of).claims
        found = tuple(
            claim
            for claim in claims
            if (framework is None or any(_is_of(s, framework) for s in claim.values))
            and criterion in (None, claim.criterion)
            and (source is None or source in claim.sources)
            and (status is None or _status(claim, as_of or _today()) == status)
        )
        return tagged(request, ClaimList(items=found, total=len(found)))

    @get("/sources", operation_class=described({200: SourceList, 304: None}))
    async def sources(
        self, request: AnyRequest, source: str | None = None, as_of: date | None = None
    ) -> Response[bytes]:
        """List the sources: all of them, or with as_of those that the knowledge then rests on."""
        sources = load().sources if as_of is None else _on(as_of).sources
        found = tuple(s for s in sources if source in (None, s.id))
        return tagged(request, SourceList(items=found, total=len(found)))

    @get("/tables", operation_class=described({200: TableList, 304: None}))
    async def tables(
        self,
        request: AnyRequest,
        framework: FrameworkId | None = None,
        criterion: CriterionId | None = None,
        as_of: date | None = None,
        source: str | None = None,
        status: Standing | None = None,
    ) -> Response[bytes]:
        """List the comparison tables, cell by cell, with how each cell stands."""
        if as_of is not None:
            _check(load(), as_of)
        wanted = {
            cell.id
            for cell in load().cells
            if (framework is None or framework in _frameworks_of(cell))
            and criterion in (None, cell.criterion)
            and (as_of is None or cell.holds_on(as_of))
            and (source is None or source in (*cell.sources, *cell.checked_with))
            and status in (None, cell.standing)
        }
        found = tuple(_narrowed(load().tables, wanted))
        return tagged(request, TableList(items=found, total=len(wanted)))


def _today() -> date:
    return datetime.now(UTC).date()


def _on(as_of: date | None) -> Snapshot:
    knowledge = load()
    if as_of is not None:
        _check(knowledge, as_of)
    return knowledge.snapshot(as_of or _today())


def _check(knowledge: Knowledge, as_of: date) -> None:
    if not knowledge.first_day <= as_of <= _today():
        expected = f"a day from {knowledge.first_day} to today ({_today()})"
        raise InvalidInput((FieldError("?as_of", f"{as_of} is out of range", expected),))


def _status(claim: Claim, day: date) -> ClaimStatus:
    if claim.superseded_by:
        return "superseded"
    if claim.holds_on(day):
        return "holds"
    return "ended" if claim.valid_until is not None and claim.valid_until <= day else "future"


def _is_of(subject: str, framework: FrameworkId) -> bool:
    return subject.split(":", maxsplit=1)[0] == framework


def _frameworks_of(cell: Cell) -> tuple[FrameworkId, ...]:
    if cell.execution is not None:
        return cell.execution.of
    return (cast("FrameworkId", cell.framework),)


def _narrowed(tables: Iterable[Table], wanted: set[str]) -> Iterable[Table]:
    """The tables with the wanted cells alone; a row or a table without any is left out.

    Built without validation: a row of one cell is not a row that the files may hold.
    """
    for table in tables:
        rows = []
        for row in table.rows:
            cells = tuple(cell for cell in row.cells if cell.id in wanted)
            if cells:
                rows.append(row.model_copy(update={"cells": cells}))
        if rows:
            yield table.model_copy(update={"rows": tuple(rows)})

"""What happens to probe runs, kept so that whoever follows one can go on where they left off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from framework_advisor.errors import NotFound
from framework_advisor.runs.records import (
    OPEN,
    EventKind,
    ResultInBrief,
    RunEvent,
    RunStatus,
)
from framework_advisor.store.documents import EVENT
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import EventRow, RunRow


@dataclass(frozen=True, slots=True)
class Following:
    """Events after a number, in order. ``over``: none are to come after these."""

    events: tuple[RunEvent, ...]
    over: bool


class Events:
    """Finds the events of runs; :func:`happened` adds them."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def after(self, run: str, number: int, most: int = 100) -> Following:
        """Up to ``most`` events of the run that follow that number.

        Raises:
            NotFound: there is no such run.
        """
        async with self._sessions.reading() as session:
            found = select(RunRow.status, RunRow.events).where(RunRow.id == run)
            standing = (await session.execute(found)).first()
            if standing is None:
                raise NotFound(f"There is no probe run {run}.")
            texts = await session.scalars(
                select(EventRow.document)
                .where(EventRow.run_id == run, EventRow.number > number)
                .order_by(EventRow.number)
                .limit(most)
            )
            events = tuple(map(EVENT.read, texts))
        last = events[-1].number if events else number
        return Following(events, over=standing.status not in OPEN and last >= standing.events)

    async def counts(self, runs: Iterable[str]) -> Mapping[str, int]:
        """How many events each of these runs has had."""
        async with self._sessions.reading() as session:
            found = await session.execute(
                select(RunRow.id, RunRow.events).where(RunRow.id.in_(list(runs)))
            )
            return {row.id: row.events for row in found}


async def happened(
    session: AsyncSession, run: str, kind: EventKind, result: ResultInBrief | None = None
) -> None:
    """Note it within the transaction that makes it so.

    Counting up locks the run's row, so numbers have no gaps and become visible in their order,
    whoever else writes.
    """
    counted = await session.execute(
        update(RunRow)
        .where(RunRow.id == run)
        .values(events=RunRow.events + 1)
        .returning(RunRow.events, RunRow.status, RunRow.message, RunRow.done, RunRow.planned)
    )
    row = counted.one()
    event = RunEvent(
        run=run,
        number=row.events,
        kind=kind,
        at=datetime.now(UTC),
        status=cast("RunStatus", row.status),
        message=row.message,
        done=row.done,
        planned=row.planned,
        result=result,
    )
    session.add(EventRow(run_id=run, number=event.number, document=EVENT.write(event)))

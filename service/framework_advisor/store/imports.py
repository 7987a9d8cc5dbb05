"""Probe runs that were measured elsewhere and are kept here too."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from framework_advisor.errors import Conflict
from framework_advisor.runs.exported import Imported, ProbeRunExport
from framework_advisor.store.documents import ENVIRONMENT, HOST, PAIR, PEAKS, REQUEST, RESULT
from framework_advisor.store.events import happened
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import EnvironmentRow, HostRow, PairRow, ResultRow, RunRow


class Imports:
    """Takes runs of other machines in."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def known(self, imported: Imported) -> str | None:
        """The id of the run that measured just this; None where there is none.

        Raises:
            Conflict: another run has its id.
        """
        async with self._sessions.reading() as session:
            return await _known(session, imported)

    async def add(self, imported: Imported) -> tuple[str, bool]:
        """Keep it, all or nothing: its id here, and whether it is new.

        Raises:
            Conflict: another run has its id.
        """
        export = imported.export
        async with self._sessions.writing() as session:
            if known := await _known(session, imported):
                return known, False
            await _add_host(session, export)
            session.add(_row(imported))
            await session.flush()
            session.add_all(_parts(export))
            await happened(session, export.run.id, "status")
            return export.run.id, True


async def _known(session: AsyncSession, imported: Imported) -> str | None:
    id_ = imported.export.run.id
    same = select(RunRow.id).where(RunRow.content == imported.content).order_by(RunRow.seq)
    if known := await session.scalar(same.limit(1)):
        return known
    if await session.scalar(select(RunRow.id).where(RunRow.id == id_)):
        raise Conflict(f"There is another probe run {id_} here, which measured something else.")
    return None


async def _add_host(session: AsyncSession, export: ProbeRunExport) -> None:
    """A host that was seen here is described by what was seen last."""
    host, when = export.hosts[0].host, export.run.finished_at.astimezone(UTC)
    row = await session.get(HostRow, host.id)
    if row is None:
        row = HostRow(id=host.id, first_seen=when, last_seen=when, document=HOST.write(host))
        session.add(row)
        await session.flush()
    elif when > row.last_seen:
        row.last_seen, row.document = when, HOST.write(host)
    row.first_seen = min(row.first_seen, when)


def _row(imported: Imported) -> RunRow:
    run, measured = imported.export.run, imported.export.hosts[0]
    begun = run.started_at or run.finished_at
    return RunRow(
        id=run.id,
        host_id=measured.host.id,
        status=run.status,
        request=REQUEST.write(run.request),
        created_at=begun.astimezone(UTC),
        started_at=run.started_at and run.started_at.astimezone(UTC),
        finished_at=run.finished_at.astimezone(UTC),
        done=len(imported.export.results),
        planned=len(imported.export.results),
        message=run.message,
        peaks=PEAKS.write(measured.peaks) if measured.peaks else None,
        content=imported.content,
        imported_at=datetime.now(UTC),
    )


def _parts(export: ProbeRunExport) -> list[EnvironmentRow | ResultRow | PairRow]:
    run = export.run.id
    return [
        *(
            EnvironmentRow(run_id=run, id=each.id, document=ENVIRONMENT.write(each))
            for each in export.environments
        ),
        *(
            ResultRow(run_id=run, id=each.id, outcome=each.outcome, document=RESULT.write(each))
            for each in export.results
        ),
        *(PairRow(run_id=run, document=PAIR.write(each)) for each in export.pairs),
    ]

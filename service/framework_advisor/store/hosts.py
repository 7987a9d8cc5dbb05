"""Hosts that were seen."""

from __future__ import annotations

from datetime import UTC, datetime

from advanced_alchemy.filters import OrderBy
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from framework_advisor.errors import NotFound
from framework_advisor.runs.records import HostRecord
from framework_advisor.store.documents import HOST, PEAKS
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import HostRow, RunRow
from framework_probes.results import Host


class HostRepository(SQLAlchemyAsyncRepository[HostRow]):
    """Access to the table."""

    model_type = HostRow


class Hosts:
    """Keeps and finds hosts."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, host: Host) -> None:
        """Note that the host is there now; its description becomes the newest one."""
        now = datetime.now(UTC)
        async with self._sessions.writing() as session:
            repository = HostRepository(session=session, auto_refresh=False)
            row = await repository.get_one_or_none(id=host.id)
            if row is None:
                row = HostRow(id=host.id, first_seen=now, last_seen=now, document="")
                session.add(row)
            row.last_seen, row.document = now, HOST.write(host)

    async def get(self, id_: str) -> HostRecord:
        """The host of that id.

        Raises:
            NotFound: no such host was seen.
        """
        async with self._sessions.reading() as session:
            row = await HostRepository(session=session).get_one_or_none(id=id_)
            if row is None:
                raise NotFound(f"There is no host {id_}.")
            return await _record(session, row)

    async def all(self) -> tuple[HostRecord, ...]:
        """Every host, the one seen last first."""
        async with self._sessions.reading() as session:
            rows = await HostRepository(session=session).get_many(OrderBy("last_seen", "desc"))
            return tuple([await _record(session, row) for row in rows])


async def _record(session: AsyncSession, row: HostRow) -> HostRecord:
    runs = select(RunRow.id, RunRow.peaks).where(RunRow.host_id == row.id)
    # Runs of this store as they came, whatever the clock showed; then imported ones by their day.
    imported = case((RunRow.imported_at.is_not(None), RunRow.created_at))
    newest_first = (imported.desc().nulls_first(), RunRow.seq.desc())
    newest = (await session.execute(runs.order_by(*newest_first).limit(1))).first()
    measured = (
        await session.execute(
            runs.where(RunRow.peaks.is_not(None)).order_by(*newest_first).limit(1)
        )
    ).first()
    return HostRecord(
        host=HOST.read(row.document),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        peaks=PEAKS.read(measured.peaks) if measured and measured.peaks else None,
        latest_run=newest.id if newest else None,
    )

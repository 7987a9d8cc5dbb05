"""Probe runs: their state, and what they have measured so far.

Every method is one transaction, so what was added survives whatever happens next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast, get_args

from advanced_alchemy.filters import CollectionFilter, LimitOffset, OrderBy
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from framework_advisor.errors import Conflict, NotFound
from framework_advisor.runs.records import (
    FINISHED,
    OPEN,
    STOPPED,
    Ended,
    Page,
    ResultInBrief,
    Run,
    RunResults,
    RunStatus,
)
from framework_advisor.store.batching import Batched
from framework_advisor.store.documents import ENVIRONMENT, HOST, PAIR, PEAKS, REQUEST, RESULT
from framework_advisor.store.events import happened
from framework_advisor.store.idempotency import Once, unless_made
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import EnvironmentRow, HostRow, PairRow, ResultRow, RunRow
from framework_probes.results import Environment, Outcome, Pair, Peaks, Result, RunRequest
from framework_probes.resumption import Kept

#: How the request of a run of somebody's own file reads where it is kept, and one of exports.
OWN = '%"suite":"mine"%'
EXPORTS = '%"suite":"deployment"%'
#: Any run; one of the catalogue's probes; one of exports to their targets.
Sort = Literal["any", "catalogue", "deployment"]


class RunRepository(SQLAlchemyAsyncRepository[RunRow]):
    """Access to the table."""

    model_type = RunRow


class Runs:
    """Keeps and finds probe runs, and all that belongs to one."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._finished = Batched(self._newest)

    async def create(
        self,
        request: RunRequest,
        host: str,
        message: str = "",
        once: Once | None = None,
        request_id: str | None = None,
    ) -> Run:
        """A new run in state ``queued``. The host has been added before.

        ``once``: where that was asked for before, it is the run of that time, as it is now.
        ``request_id``: of the HTTP request that asks for it.

        Raises:
            InvalidInput: something else was asked for under that key.
        """
        row = RunRow(
            id=request.run,
            host_id=host,
            status="queued",
            request=REQUEST.write(request),
            created_at=datetime.now(UTC),
            done=0,
            message=message,
            request_id=request_id,
        )
        async with self._sessions.writing() as session:

            async def make() -> None:
                await RunRepository(session=session, auto_refresh=False).add(row)
                await happened(session, row.id, "status")

            if once is None:
                await make()
                return _run(row, {})
            made = await unless_made(session, once, make, run=row.id)
        return await self.get(made.run_id) if made and made.run_id else _run(row, {})

    async def get(self, id_: str) -> Run:
        """The run of that id.

        Raises:
            NotFound: there is none.
        """
        async with self._sessions.reading() as session:
            row = await _row(session, id_)
            return (await _with_counts(session, [row]))[0]

    async def page(self, limit: int, cursor: int | None = None) -> Page[Run]:
        """Up to ``limit``, newest first, from those older than ``cursor``."""
        older = [] if cursor is None else [RunRow.seq < cursor]
        async with self._sessions.reading() as session:
            repository = RunRepository(session=session)
            total = await repository.count()
            rows = await repository.get_many(
                *older, OrderBy("seq", "desc"), LimitOffset(limit=limit + 1, offset=0)
            )
            shown = rows[:limit]
            return Page(
                items=await _with_counts(session, shown),
                total=total,
                next=shown[-1].seq if len(rows) > limit else None,
            )

    async def open(self, host: str) -> tuple[Run, ...]:
        """The runs of that host that have not ended, oldest first."""
        async with self._sessions.reading() as session:
            rows = await RunRepository(session=session).get_many(
                CollectionFilter(field_name="status", values=list(OPEN)),
                OrderBy("seq", "asc"),
                host_id=host,
            )
            return await _with_counts(session, rows)

    async def newest_finished(self, host: str, most: int = 1) -> tuple[Ended, ...]:
        """The runs of that host that ended with something measured, newest first."""
        return await self._finished((host, most, "any"))

    async def newest_of_catalogue(self, host: str, most: int = 1) -> tuple[Ended, ...]:
        """The same without runs of somebody's own file, which decide nothing, and of exports."""
        return await self._finished((host, most, "catalogue"))

    async def newest_deployment(self, host: str, most: int = 1) -> tuple[Ended, ...]:
        """The same of the suite that tries exports in their targets' runtimes."""
        return await self._finished((host, most, "deployment"))

    async def _newest(self, asked: Sequence[tuple[str, int, Sort]]) -> Sequence[tuple[Ended, ...]]:
        def find(connection: Connection) -> Sequence[tuple[Ended, ...]]:
            found = {each: _newest_of(connection, *each) for each in set(asked)}
            return [found[each] for each in asked]

        return await self._sessions.read(find)

    async def start(self, id_: str, executor: str | None = None) -> None:
        """``queued`` becomes ``running``; ``executor`` is that of the host's lock.

        Raises:
            Conflict: it is not queued any more, or its machine executes another one.
        """
        async with self._sessions.writing() as session:
            row = await _row(session, id_)
            if row.status != "queued":
                raise Conflict(f"Probe run {id_} is {row.status} already.")
            machine = executor.partition(" ")[0] if executor else None
            if machine and (other := await session.scalar(_running_on(machine))):
                raise Conflict(f"Probe run {other} is being executed on this machine.")
            row.status, row.started_at = "running", datetime.now(UTC)
            row.message, row.executor = "", executor
            await happened(session, id_, "status")

    async def measured_on(self, machine: str) -> str | None:
        """The run that is being executed on that machine, by its name; None where none is."""
        async with self._sessions.reading() as session:
            return await session.scalar(_running_on(machine))

    async def beat(self, id_: str) -> bool:
        """It is still being executed; False where it is not ``running`` any more."""
        async with self._sessions.writing() as session:
            running = await session.scalars(
                update(RunRow)
                .where(RunRow.id == id_, RunRow.status == "running")
                .values(beats=RunRow.beats + 1)
                .returning(RunRow.id)
            )
            return bool(running.all())

    async def end(
        self, id_: str, status: RunStatus, message: str, content: str | None = None
    ) -> None:
        """The run has ended, for good; ``content`` is a digest of what it measured.

        Raises:
            Conflict: it had ended before.
        """
        ended = {"status": status, "finished_at": datetime.now(UTC), "message": message}
        await self._move(id_, OPEN, **ended, content=content)

    async def cancel_queued(self, id_: str) -> bool:
        """``queued`` becomes ``cancelled``; False where it is not queued any more."""
        async with self._sessions.writing() as session:
            cancelled = await session.scalars(
                update(RunRow)
                .where(RunRow.id == id_, RunRow.status == "queued")
                .values(
                    status="cancelled",
                    finished_at=datetime.now(UTC),
                    message="cancelled before it began",
                )
                .returning(RunRow.id)
            )
            found = bool(cancelled.all())
            if found:
                await happened(session, id_, "status")
            return found

    async def ask_to_cancel(self, id_: str) -> None:
        """Have whoever executes a ``running`` run end it."""
        async with self._sessions.writing() as session:
            running = (RunRow.id == id_, RunRow.status == "running")
            await session.execute(update(RunRow).where(*running).values(cancel_asked=True))

    async def is_asked_to_cancel(self, id_: str) -> bool:
        """Whether somebody wants it to end."""
        async with self._sessions.reading() as session:
            asked = await session.scalar(select(RunRow.cancel_asked).where(RunRow.id == id_))
            return bool(asked)

    async def note(
        self,
        id_: str,
        *,
        done: int | None = None,
        planned: int | None = None,
        message: str | None = None,
        peaks: Peaks | None = None,
    ) -> None:
        """How far it is; None leaves a figure as it was. A run that has ended stays as it is."""
        given: dict[str, Any] = {
            "done": done,
            "planned": planned,
            "message": message,
            "peaks": PEAKS.write(peaks) if peaks else None,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        async with self._sessions.writing() as session:
            noted = await session.scalars(
                update(RunRow)
                .where(RunRow.id == id_, RunRow.status.in_(OPEN))
                .values(changes)
                .returning(RunRow.id)
            )
            if noted.all():
                await happened(session, id_, "progress")

    async def interrupt_running(
        self, host: str, message: str, executor: str | None = None, silent: Iterable[str] = ()
    ) -> tuple[str, ...]:
        """Mark ``running`` runs of that host ``interrupted``; their ids.

        For whoever holds the host's lock: nobody else can be executing one with that executor, or
        in a store that no other machine can have. ``silent`` are runs of others that are lost.
        """
        lost = [] if executor is None else [_lost(executor, silent)]
        async with self._sessions.writing() as session:
            ids = await session.scalars(
                update(RunRow)
                .where(RunRow.host_id == host, RunRow.status == "running", *lost)
                .values(status="interrupted", finished_at=datetime.now(UTC), message=message)
                .returning(RunRow.id)
            )
            interrupted = tuple(ids)
            for id_ in interrupted:
                await happened(session, id_, "status")
            return interrupted

    async def reopen(self, id_: str, kept: Kept) -> None:
        """A run that was stopped is ``queued`` again, with what is kept of it and nothing else.

        Raises:
            NotFound: there is no such run.
            Conflict: it goes on, or came to its own end.
        """
        ids = [result.id for result in kept.results]
        async with self._sessions.writing() as session:
            # In one statement, so that of two who resume at once only one does.
            reopened = await session.scalars(
                update(RunRow)
                .where(RunRow.id == id_, RunRow.status.in_(STOPPED))
                .values(
                    status="queued",
                    cancel_asked=False,
                    finished_at=None,
                    done=len(ids),
                    message=f"goes on; {len(ids)} results are kept",
                )
                .returning(RunRow.id)
            )
            if not reopened.all():
                row = await _row(session, id_)
                raise Conflict(
                    f"Probe run {id_} is {row.status}; one that is {' or '.join(STOPPED)} can be "
                    "resumed."
                )
            await session.execute(
                delete(ResultRow).where(ResultRow.run_id == id_, ResultRow.id.not_in(ids))
            )
            await session.execute(delete(PairRow).where(PairRow.run_id == id_))
            session.add_all(PairRow(run_id=id_, document=PAIR.write(pair)) for pair in kept.pairs)
            await happened(session, id_, "status")

    async def add_environment(self, run: str, environment: Environment) -> None:
        """What a worker of the run runs in. Adding it again changes nothing."""
        row = EnvironmentRow(run_id=run, id=environment.id, document=ENVIRONMENT.write(environment))
        async with self._sessions.writing() as session:
            await session.merge(row)

    async def add_result(self, result: Result) -> None:
        """One result, final as it is. Adding it again changes nothing."""
        row = ResultRow(
            run_id=result.run,
            id=result.id,
            outcome=result.outcome,
            document=RESULT.write(result),
        )
        async with self._sessions.writing() as session:
            if not await _has(session, row, ResultRow.id == row.id):
                session.add(row)
                await happened(session, result.run, "result", ResultInBrief.of(result))

    async def add_pair(self, pair: Pair) -> None:
        """One comparison, final as it is. Adding it again changes nothing."""
        row = PairRow(run_id=pair.run, document=PAIR.write(pair))
        async with self._sessions.writing() as session:
            if not await _has(session, row):
                session.add(row)

    async def forget_before(self, moment: datetime, most: int) -> int:
        """Forget up to ``most`` that ended before, with all that belongs to them; how many."""
        old = (
            select(RunRow.seq)
            .where(RunRow.status.not_in(OPEN), RunRow.finished_at < moment)
            .order_by(RunRow.seq)
            .limit(most)
        )
        async with self._sessions.writing() as session:
            # Results, pairs, environments and events go with their run.
            gone = await session.scalars(
                delete(RunRow).where(RunRow.seq.in_(old)).returning(RunRow.seq)
            )
            return len(gone.all())

    async def results(self, id_: str) -> RunResults:
        """All that the run has measured so far.

        Raises:
            NotFound: there is no such run.
        """
        async with self._sessions.reading() as session:
            row = await _row(session, id_)
            host = await session.get_one(HostRow, row.host_id)
            documents = {
                table: await session.scalars(
                    select(table.document).where(table.run_id == id_).order_by(order)
                )
                for table, order in (
                    (EnvironmentRow, EnvironmentRow.id),
                    (ResultRow, ResultRow.seq),
                    (PairRow, PairRow.seq),
                )
            }
        return RunResults(
            run=id_,
            host=HOST.read(host.document),
            environments=tuple(map(ENVIRONMENT.read, documents[EnvironmentRow])),
            results=tuple(map(RESULT.read, documents[ResultRow])),
            pairs=tuple(map(PAIR.read, documents[PairRow])),
        )

    async def _move(self, id_: str, expected: tuple[RunStatus, ...], **changes: object) -> None:
        async with self._sessions.writing() as session:
            row = await _row(session, id_)
            if row.status not in expected:
                raise Conflict(f"Probe run {id_} is {row.status} already.")
            for name, value in changes.items():
                setattr(row, name, value)
            await happened(session, id_, "status")


def _running_on(machine: str) -> Select[str]:
    return (
        select(RunRow.id)
        .where(RunRow.status == "running", RunRow.executor.startswith(machine, autoescape=True))
        .limit(1)
    )


def _lost(executor: str, silent: Iterable[str]) -> ColumnElement[bool]:
    return or_(
        RunRow.executor == executor,
        # From before executors were noted.
        RunRow.executor.is_(None),
        RunRow.id.in_(list(silent)),
    )


async def _has(session: AsyncSession, row: ResultRow | PairRow, *and_: ColumnElement[bool]) -> bool:
    """Whether it is there; a commit whose answer was lost is tried again."""
    table = type(row)
    found = select(table.seq).where(
        table.run_id == row.run_id, *and_, table.document == row.document
    )
    return await session.scalar(found.limit(1)) is not None


def _newest(*, sort: Sort, here: bool) -> Select[str, datetime | None]:
    wanted = [
        RunRow.host_id == bindparam("host"),
        RunRow.status.in_([literal(each) for each in FINISHED]),
        RunRow.imported_at.is_(None) if here else RunRow.imported_at.is_not(None),
    ]
    if sort == "catalogue":
        wanted += [RunRow.request.not_like(OWN), RunRow.request.not_like(EXPORTS)]
    elif sort == "deployment":
        wanted.append(RunRow.request.like(EXPORTS))
    order = (RunRow.seq.desc(),) if here else (RunRow.created_at.desc(), RunRow.seq.desc())
    return (
        select(RunRow.id, RunRow.finished_at)
        .where(*wanted)
        .order_by(*order)
        .limit(bindparam("most"))
    )


#: Of each sort. Asked for each recommendation: putting a statement together takes longer than
#: SQLite takes to answer it.
_NEWEST = {
    (sort, here): _newest(sort=sort, here=here) for sort in get_args(Sort) for here in (True, False)
}


def _newest_of(connection: Connection, host: str, most: int, sort: Sort) -> tuple[Ended, ...]:
    """Runs of this store as they came, whatever the clock showed; then imported ones by day."""
    rows = list(connection.execute(_NEWEST[sort, True], {"host": host, "most": most}))
    if len(rows) < most:
        left = {"host": host, "most": most - len(rows)}
        rows += connection.execute(_NEWEST[sort, False], left)
    return tuple(Ended(row.id, row.finished_at) for row in rows)


async def _row(session: AsyncSession, id_: str) -> RunRow:
    row = await RunRepository(session=session).get_one_or_none(id=id_)
    if row is None:
        raise NotFound(f"There is no probe run {id_}.")
    return row


async def _with_counts(session: AsyncSession, rows: Iterable[RunRow]) -> tuple[Run, ...]:
    rows = list(rows)
    if not rows:
        return ()
    counts: dict[str, dict[Outcome, int]] = {row.id: {} for row in rows}
    counted = await session.execute(
        select(ResultRow.run_id, ResultRow.outcome, func.count())
        .where(ResultRow.run_id.in_(counts))
        .group_by(ResultRow.run_id, ResultRow.outcome)
        .order_by(ResultRow.outcome)
    )
    for run, outcome, number in counted:
        counts[run][cast("Outcome", outcome)] = number
    return tuple(_run(row, counts[row.id]) for row in rows)


def _run(row: RunRow, counts: dict[Outcome, int]) -> Run:
    return Run(
        id=row.id,
        host=row.host_id,
        status=cast("RunStatus", row.status),
        request=REQUEST.read(row.request),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        done=row.done,
        planned=row.planned,
        message=row.message,
        peaks=PEAKS.read(row.peaks) if row.peaks else None,
        counts=counts,
        executor=row.executor,
        beats=row.beats,
        request_id=row.request_id,
        imported_at=row.imported_at,
    )

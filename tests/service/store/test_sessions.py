"""A transaction that is done as a whole: in a thread on SQLite, on the driver's loop elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, func, insert, select

from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import RateRow

Value = TypeVar("Value")


class AbandonedError(Exception):
    """What a transaction is given up with."""


def using(where: Settings, act: Callable[[Sessions], Awaitable[Value]]) -> Value:
    async def run() -> Value:
        async with Store(where) as store:
            return await act(store._sessions)

    return asyncio.run(run())


def counted(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(RateRow)) or 0


def keep(connection: Connection) -> str:
    connection.execute(insert(RateRow).values(subject="somebody", minute=1, taken=1))
    return "kept"


def test_what_is_written_is_committed_before_it_is_answered(where: Settings) -> None:
    async def act(sessions: Sessions) -> tuple[str, int]:
        answer = await sessions.write(keep)
        return answer, await sessions.read(counted)

    assert using(where, act) == ("kept", 1)


def test_what_fails_halfway_is_not_there_and_the_next_one_is(where: Settings) -> None:
    def half(connection: Connection) -> None:
        keep(connection)
        raise AbandonedError

    async def act(sessions: Sessions) -> tuple[int, int]:
        with pytest.raises(AbandonedError):
            await sessions.write(half)
        before = await sessions.read(counted)
        await sessions.write(keep)
        return before, await sessions.read(counted)

    assert using(where, act) == (0, 1)


def test_one_writer_at_a_time_reads_what_the_one_before_it_wrote(where: Settings) -> None:
    def one_more(connection: Connection) -> int:
        number = counted(connection)
        connection.execute(insert(RateRow).values(subject=f"{number}", minute=1, taken=1))
        return number

    async def act(sessions: Sessions) -> list[int]:
        return await asyncio.gather(*(sessions.write(one_more) for _ in range(8)))

    assert sorted(using(where, act)) == list(range(8))


def test_sqlite_is_asked_outside_the_event_loop(tmp_path: Path) -> None:
    async def act(sessions: Sessions) -> set[int]:
        def here(_connection: Connection) -> int:
            return threading.get_ident()

        return {threading.get_ident(), await sessions.read(here)}

    assert len(using(Settings(data_dir=tmp_path), act)) == 2

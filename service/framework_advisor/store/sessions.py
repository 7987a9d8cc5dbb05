"""Transactions: one to read in, one to write in."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from framework_advisor.errors import StoreFull
from framework_advisor.store.engine import WRITES, in_a_thread, reader, writer
from framework_advisor.store.failures import NO_ROOM, told
from framework_advisor.store.tables import RecommendationRow

Done = TypeVar("Done")

#: Where less is free than this, a disk that was full still is, bytes.
ROOM_BYTES = 1024 * 1024


class Sessions:
    """Hands out short transactions on one database.

    Each raises Unavailable where the database is away, and StoreFull where it has no room.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._reader = reader(engine)
        self._writer = writer(engine)
        plain = in_a_thread(engine)
        self._plain = plain
        self._plain_writer = plain and plain.execution_options(**{WRITES: True})
        #: There was no room for something, and nobody has found any since.
        self.full = False

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that sees one state of the database and leaves it as it is."""
        with told():
            async with AsyncSession(self._reader, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is committed at the end of the block, or rolled back by an error.

        It waits for the writer before it and sees all that one wrote: there is one at a time, of
        whatever process.
        """
        with self._noting_room():
            async with (
                AsyncSession(self._writer, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session

    async def read(self, work: Callable[[Connection], Done]) -> Done:
        """What ``work`` finds in a transaction like :meth:`reading`; for what is asked often.

        SQLite answers in some microseconds, and each statement of the other kind is handed to a
        thread and back for it. Here the whole transaction is.
        """
        with told():
            if self._plain is not None:
                return await asyncio.to_thread(_within, self._plain, work)
            async with self._reader.connect() as connection:
                return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], Done]) -> Done:
        """The same like :meth:`writing`: what ``work`` returns, once it is committed."""
        with self._noting_room():
            if self._plain_writer is not None:
                return await asyncio.to_thread(_within, self._plain_writer, work)
            async with self._writer.begin() as connection:
                return await connection.run_sync(work)

    def close(self) -> None:
        """Let go of the connections that are this object's own."""
        if self._plain is not None:
            self._plain.dispose()

    @contextmanager
    def _noting_room(self) -> Iterator[None]:
        try:
            with told():
                yield
        except StoreFull:
            self.full = True
            raise

    async def try_room(self) -> None:
        """See whether there is room for something of some size, and keep nothing.

        Raises:
            StoreFull: there is still none.
        """
        database = self._writer.url.database
        if self._writer.dialect.name == "sqlite" and database:
            # SQLite touches no disk for what is taken back.
            with told():
                if _free_bytes(database) < ROOM_BYTES:
                    raise StoreFull(NO_ROOM, f"less than {ROOM_BYTES} bytes are free")
        async with self.writing() as session:
            session.add(_filler())
            await session.flush()
            await session.rollback()
        self.full = False


def _within(engine: Engine, work: Callable[[Connection], Done]) -> Done:
    with engine.begin() as connection:
        return work(connection)


def _free_bytes(file: str) -> int:
    return disk_usage(Path(file).absolute().parent).free


def _filler() -> RecommendationRow:
    return RecommendationRow(
        id="filler",
        created_at=datetime.now(UTC),
        status="filler",
        # At random: PostgreSQL would fold anything else up.
        document=secrets.token_hex(ROOM_BYTES // 2),
    )

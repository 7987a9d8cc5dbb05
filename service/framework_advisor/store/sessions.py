"""Transactions: one to read in, one to write in."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from framework_advisor.errors import StoreFull
from framework_advisor.store.engine import reader, writer
from framework_advisor.store.failures import NO_ROOM, told
from framework_advisor.store.tables import RecommendationRow

#: Where less is free than this, a disk that was full still is, bytes.
ROOM_BYTES = 1024 * 1024


class Sessions:
    """Hands out short transactions on one database.

    Each raises Unavailable where the database is away, and StoreFull where it has no room.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._reader = reader(engine)
        self._writer = writer(engine)
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
        try:
            with told():
                async with (
                    AsyncSession(self._writer, expire_on_commit=False) as session,
                    session.begin(),
                ):
                    yield session
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

"""Transactions: one to read in, one to write in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from framework_advisor.store.engine import reader, writer
from framework_advisor.store.failures import told


class Sessions:
    """Hands out short transactions on one database.

    Each raises Unavailable where the database is away, and StoreFull where it has no room.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._reader = reader(engine)
        self._writer = writer(engine)

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
        with told():
            async with (
                AsyncSession(self._writer, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session

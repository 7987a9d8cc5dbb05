"""The store as a whole."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import text

from framework_advisor.store.engine import database, migrate
from framework_advisor.store.hosts import Hosts
from framework_advisor.store.recommendations import Recommendations
from framework_advisor.store.runs import Runs
from framework_advisor.store.sessions import Sessions


class Store:
    """One database. Entering it brings its schema up to date, leaving it closes it.

    A process that is killed leaves a store that opens with everything that was added before.
    """

    def __init__(self, url: str) -> None:
        """Raises InvalidInput where the URL cannot be used; opens nothing yet."""
        self._engine = database(url).get_engine()
        sessions = Sessions(self._engine)
        self.recommendations = Recommendations(sessions)
        self.runs = Runs(sessions)
        self.hosts = Hosts(sessions)

    async def __aenter__(self) -> Self:
        try:
            await migrate(self._engine)
        except BaseException:
            await self._engine.dispose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._engine.dispose()

    async def ping(self) -> None:
        """Ask the database for something trivial; raises what the database raises."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

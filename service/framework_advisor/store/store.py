"""The store as a whole."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import Self

from sqlalchemy import text

from framework_advisor.errors import Conflict, StoreFull, Unavailable
from framework_advisor.measured import RecordedRun
from framework_advisor.runs.records import Ended
from framework_advisor.settings import Settings
from framework_advisor.store.engine import database, migrate
from framework_advisor.store.events import Events
from framework_advisor.store.failures import FAILURES, cannot_open, told
from framework_advisor.store.hosts import Hosts
from framework_advisor.store.imports import Imports
from framework_advisor.store.keys import Keys
from framework_advisor.store.limits import Limits
from framework_advisor.store.recommendations import Recommendations
from framework_advisor.store.runs import Runs
from framework_advisor.store.sessions import Sessions

#: As many ended runs are kept in memory for decisions: those of a few hosts.
RUNS_KEPT = 8


class Store:
    """One database. Entering it brings its schema up to date, leaving it closes it.

    A process that is killed leaves a store that opens with everything that was added before.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises InvalidInput where the settings name no usable database; opens nothing yet."""
        settings.make_data_dir()
        self._engine = database(settings.store_url).get_engine()
        #: Whether processes of several machines may have it open; SQLite is for one machine.
        self.shared = self._engine.dialect.name != "sqlite"
        self._sessions = sessions = Sessions(self._engine)
        self.recommendations = Recommendations(sessions)
        self.runs = Runs(sessions)
        self.events = Events(sessions)
        self.imports = Imports(sessions)
        self.hosts = Hosts(sessions)
        self.keys = Keys(sessions)
        self.limits = Limits(sessions)
        self._ended: dict[Ended, RecordedRun] = {}

    async def __aenter__(self) -> Self:
        """Raises InvalidInput where the database cannot be opened, and says why."""
        try:
            await migrate(self._engine)
        # TypeError: the driver does not know a parameter in the URL.
        except (*FAILURES, TypeError) as error:
            await self._engine.dispose()
            raise cannot_open(self._engine.url, error) from error
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
        self._sessions.close()
        await self._engine.dispose()

    async def recorded_run(self, id_: str) -> RecordedRun:
        """A run as the decision takes it: without raw blocks, and read once.

        Raises:
            NotFound: there is no such run.
            Conflict: it has not ended yet.
        """
        run = await self.runs.get(id_)
        if run.finished_at is None:
            raise Conflict(f"Probe run {id_} is {run.status}; it decides nothing before it ends.")
        return await self.recorded(Ended(id_, run.finished_at))

    async def recorded(self, run: Ended) -> RecordedRun:
        """The same of a run of which is known that it ended.

        Raises:
            NotFound: it was forgotten since.
        """
        if run not in self._ended:
            measured = await self.runs.results(run.id)
            while len(self._ended) >= RUNS_KEPT:
                del self._ended[next(iter(self._ended))]
            self._ended[run] = RecordedRun(
                id=run.id,
                host=measured.host,
                finished_at=run.finished_at,
                results=tuple(replace(result, blocks=()) for result in measured.results),
                pairs=measured.pairs,
                environments=measured.environments,
            )
        return self._ended[run]

    async def ready(self) -> None:
        """Whether it answers and, where it had no room before, has some again.

        Raises:
            Unavailable: not now.
        """
        await self.ping()
        if not self._sessions.full:
            return
        try:
            await self._sessions.try_room()
        except StoreFull as error:
            raise Unavailable(str(error), "no room") from error

    async def ping(self) -> None:
        """Ask the database for something trivial.

        Raises:
            Unavailable: it does not answer.
        """
        with told():
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))

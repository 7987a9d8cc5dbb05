"""One run from its start to its end: everything it measures is kept as it comes."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

import structlog

from framework_advisor.errors import StoreFull, Unavailable
from framework_advisor.runs.exported import content_of
from framework_advisor.runs.outcome import status_of, summary
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.records import Run
from framework_advisor.store import Store
from framework_probes.offered import SUITES
from framework_probes.results import (
    Environment,
    Event,
    Pair,
    Peaks,
    Progress,
    Result,
    RunRequest,
    Started,
)
from framework_probes.serialization import MalformedLine

Stopped = Literal["cancelled", "interrupted"]
#: How often to look whether a store that is away or full takes things again, seconds.
RETRY_S = 1.0
#: How often a run says that it is still being executed, seconds.
BEAT_S = 15.0
#: How often to look whether somebody wants the run to end, seconds.
OBEY_S = 0.5

log = structlog.get_logger(__name__)


def hard_limit_s(request: RunRequest) -> float:
    """When the probes are ended though they have not kept to their own budget, seconds."""
    budget = request.budget_s or SUITES[request.suite].budget_s
    return 2 * budget + 60


class Execution:
    """Executes a run that is queued in the store. Whoever calls it holds the host's lock.

    While the store is away or full the probes go on, and what they say is kept once it is back.

    ``executor`` is the lock's; ``observe`` sees each event once it is kept; ``probes`` starts what
    sends them; ``done`` is how many results the run had before, where it is resumed: ``request`` is
    then of the rest, which may be nothing.
    """

    def __init__(
        self,
        store: Store,
        request: RunRequest,
        observe: Callable[[Event], None] | None = None,
        probes: Callable[[RunRequest], ProbeProcess] = ProbeProcess,
        done: int = 0,
        executor: str | None = None,
    ) -> None:
        self._executor = executor
        self._done = done
        self.run_id = request.run
        #: For the caller to set, once the store says how the run ended.
        self.ended = asyncio.Event()
        self._store = store
        self._request = request
        self._observe = observe
        self._probes = probes
        self._process: ProbeProcess | None = None
        self._stopped: Stopped | None = None
        self._stopping = asyncio.Event()

    def stop(self, status: Stopped) -> None:
        """End it soon, with that status; results that are finished stay."""
        if self._stopped is None:
            self._stopped = status
            self._stopping.set()
            if self._process is not None:
                self._process.stop()

    async def execute(self) -> Run:
        """Run it to its end; the run as it then is. Never raises for what the probes do.

        Raises:
            Conflict: the run is not queued any more.
        """
        await self._store.runs.start(self.run_id, self._executor)
        beside = [asyncio.create_task(self._beat()), asyncio.create_task(self._obey())]
        try:
            failure = None if self._request.probes == () else await self._measure()
        finally:
            for task in beside:
                task.cancel()
        await self._patiently(lambda: self._close(failure))
        return await self._store.runs.get(self.run_id)

    async def _measure(self) -> str | None:
        async with self._probes(self._request) as process:
            self._process = process
            if self._stopped is not None:
                process.stop()
            try:
                async with asyncio.timeout(hard_limit_s(self._request)):
                    async for event in process.events():
                        await self._patiently(functools.partial(self._keep, event))
                        if self._observe is not None:
                            self._observe(event)
            except TimeoutError:
                process.stop()
                return f"stopped after {hard_limit_s(self._request):.0f} s, beyond its budget"
            except MalformedLine as error:
                process.stop()
                return f"the probes said something that cannot be read: {error}"
            return await process.failure()

    async def _keep(self, event: Event) -> None:
        runs = self._store.runs
        match event:
            case Started(host=host, peaks=peaks, planned=planned):
                await self._store.hosts.add(host)
                await runs.note(self.run_id, planned=planned + self._done, peaks=peaks)
            case Peaks():
                await runs.note(self.run_id, peaks=event)
            case Environment():
                await runs.add_environment(self.run_id, event)
            case Result():
                await runs.add_result(event)
            case Pair():
                await runs.add_pair(event)
            case Progress(done=done, planned=planned, message=message):
                await runs.note(
                    self.run_id,
                    done=done + self._done,
                    planned=planned + self._done,
                    message=message,
                )

    async def _close(self, failure: str | None) -> None:
        counts = (await self._store.runs.get(self.run_id)).counts
        status = self._stopped or status_of(counts, complete=failure is None)
        parts = [summary(counts)] if self._stopped or not failure else [summary(counts), failure]
        content = content_of(await self._store.runs.results(self.run_id)) if counts else None
        await self._store.runs.end(self.run_id, status, "; ".join(parts), content)

    async def _patiently(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it, again and again while the store is away or full; once where the run is stopped."""
        waited = False
        while True:
            try:
                await act()
            except (Unavailable, StoreFull) as error:
                if self._stopping.is_set():
                    raise
                if not waited:
                    log.warning("probe_run_waits_for_store", run=self.run_id, why=str(error))
                waited = True
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), RETRY_S)
            else:
                return

    async def _obey(self) -> None:
        """End it once another process wants it cancelled, which only the store tells."""
        while self._stopped is None:
            await asyncio.sleep(OBEY_S)
            with suppress(Unavailable, StoreFull):
                if await self._store.runs.is_asked_to_cancel(self.run_id):
                    self.stop("cancelled")

    async def _beat(self) -> None:
        """Say that the run is being executed, until somebody else says that it is not."""
        while True:
            await asyncio.sleep(BEAT_S)
            with suppress(Unavailable, StoreFull):
                if not await self._store.runs.beat(self.run_id):
                    self.stop("interrupted")
                    return

"""One run from its start to its end: everything it measures is kept as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from framework_advisor.runs.outcome import status_of, summary
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.records import Run
from framework_advisor.store import Store
from framework_probes.catalogue import SUITES
from framework_probes.results import (
    Environment,
    Event,
    Pair,
    Progress,
    Result,
    RunRequest,
    Started,
)
from framework_probes.serialization import MalformedLine

Stopped = Literal["cancelled", "interrupted"]


def hard_limit_s(request: RunRequest) -> float:
    """When the probes are ended though they have not kept to their own budget, seconds."""
    budget = request.budget_s or SUITES[request.suite].budget_s
    return 2 * budget + 60


class Execution:
    """Executes a run that is queued in the store. Whoever calls it holds the host's lock.

    ``observe`` sees each event once it is kept; ``probes`` starts what sends them; ``done`` is how
    many results the run had before, where it is resumed: ``request`` is then of the rest, which may
    be nothing.
    """

    def __init__(
        self,
        store: Store,
        request: RunRequest,
        observe: Callable[[Event], None] | None = None,
        probes: Callable[[RunRequest], ProbeProcess] = ProbeProcess,
        done: int = 0,
    ) -> None:
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

    def stop(self, status: Stopped) -> None:
        """End it soon, with that status; results that are finished stay."""
        if self._stopped is None:
            self._stopped = status
            if self._process is not None:
                self._process.stop()

    async def execute(self) -> Run:
        """Run it to its end; the run as it then is. Never raises for what the probes do.

        Raises:
            Conflict: the run is not queued any more.
        """
        await self._store.runs.start(self.run_id)
        failure = None if self._request.probes == () else await self._measure()
        await self._close(failure)
        return await self._store.runs.get(self.run_id)

    async def _measure(self) -> str | None:
        async with self._probes(self._request) as process:
            self._process = process
            if self._stopped is not None:
                process.stop()
            try:
                async with asyncio.timeout(hard_limit_s(self._request)):
                    async for event in process.events():
                        await self._keep(event)
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
        await self._store.runs.end(self.run_id, status, "; ".join(parts))

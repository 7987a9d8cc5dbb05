"""The service's queue: runs wait in the store, and one at a time is executed on this host."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from framework_advisor.errors import Conflict, StoreFull, Unavailable
from framework_advisor.runs.execution import Execution
from framework_advisor.runs.heartbeats import Heartbeats
from framework_advisor.runs.lock import HostLock, this_machine
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.records import Run
from framework_advisor.runs.request import ProbeRunRequest, need_device
from framework_advisor.runs.resuming import reopen, rest_of
from framework_advisor.store import Store
from framework_advisor.store.idempotency import Once
from framework_probes.results import Event, Host, RunRequest

#: How often to look whether another process on this host has finished measuring, seconds.
LOCK_POLL_S = 0.5
#: How long another process may take to end a run that it is asked to cancel, seconds.
OBEYED_S = 10.0
#: How often to look whether another process has queued a run, or lost one, seconds.
IDLE_POLL_S = 5.0
#: After a failure of the queue itself it is tried again so much later, seconds.
RETRY_S = 2.0
ORPHANED = "its process ended before the run did; results until then are kept"

log = structlog.get_logger(__name__)


class RunQueue:
    """Takes runs in and executes them in order."""

    def __init__(
        self,
        store: Store,
        lock: HostLock,
        host: Host,
        probes: Callable[[RunRequest], ProbeProcess] = ProbeProcess,
        observe: Callable[[Event], None] | None = None,
        ended: Callable[[Run], None] | None = None,
    ) -> None:
        """``observe`` sees each event of a run once it is kept, ``ended`` each run as it ended."""
        self.host = host
        self._probes = probes
        self._observe = observe
        self._ended = ended
        self._store = store
        self._lock = lock
        self._heartbeats = Heartbeats()
        self._wake = asyncio.Event()
        self._current: Execution | None = None
        self._stopping = False
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Settle what an earlier process left behind, then begin to work."""
        await self._store.hosts.add(self.host)
        if self._lock.acquire("none"):
            try:
                await self._settle(await self._store.runs.open(self.host.id))
            finally:
                self._lock.release()
        self._worker = asyncio.create_task(self._work())
        self._wake.set()

    def interrupt(self) -> None:
        """Begin to stop: the run that goes on ends soon, and none is begun any more."""
        self._stopping = True
        self._wake.set()
        if self._current is not None:
            self._current.stop("interrupted")

    async def stop(self) -> None:
        """Interrupt the run that goes on, reap its processes, and leave the rest queued."""
        self.interrupt()
        if self._worker is not None:
            await self._worker

    async def submit(
        self, request: ProbeRunRequest, once: Once | None = None, request_id: str | None = None
    ) -> Run:
        """Queue a run, or find the one of an identical request.

        Logs speak of it under the id of the HTTP request that asked for it.

        Raises:
            InvalidInput: a device that is not here, or something else was asked for under that key.
        """
        need_device(request)
        run = await self._store.runs.create(
            request.to_run(), self.host.id, once=once, request_id=request_id
        )
        await self._announce()
        self._wake.set()
        return await self._store.runs.get(run.id)

    async def resume(self, id_: str) -> Run:
        """Queue a run again that was stopped: finished probes are kept, the rest is measured.

        It has its old place, before the runs that were asked for later.

        Raises:
            NotFound: there is no such run.
            Conflict: it goes on, came to its own end, or is of another host.
        """
        await reopen(self._store, id_, self.host.id)
        await self._announce()
        self._wake.set()
        return await self._store.runs.get(id_)

    async def cancel(self, id_: str) -> Run:
        """End a run that has not ended; the run as it then is, its finished results kept.

        Raises:
            NotFound: there is no such run.
            Conflict: it has ended, or the process that executes it does not end it.
        """
        while True:
            current = self._current
            # An execution that has ended may still stand here until the queue moves on.
            if current is not None and current.run_id == id_ and not current.ended.is_set():
                current.stop("cancelled")
                await current.ended.wait()
                run = await self._store.runs.get(id_)
                if run.status == "cancelled":
                    return run
                # It came to its own end first.
            else:
                run = await self._store.runs.get(id_)
            if run.ended:
                raise Conflict(f"Probe run {id_} has ended: it is {run.status}.")
            if run.status == "running":
                return await self._cancelled_elsewhere(run)
            if await self._store.runs.cancel_queued(id_):
                await self._announce()
                return await self._store.runs.get(id_)

    async def _cancelled_elsewhere(self, run: Run) -> Run:
        """The same for a run that another process executes, which looks into the store."""
        await self._store.runs.ask_to_cancel(run.id)
        for _ in range(round(OBEYED_S / LOCK_POLL_S)):
            await asyncio.sleep(LOCK_POLL_S)
            run = await self._store.runs.get(run.id)
            if run.status == "cancelled":
                return run
            if run.ended:
                raise Conflict(f"Probe run {run.id} has ended: it is {run.status}.")
        raise Conflict(
            f"Probe run {run.id} is executed by another process, {self._lock.holder()}, which was "
            f"asked to end it and has not within {OBEYED_S:.0f} s. Look again, or end it there."
        )

    async def _work(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                await self._next()
            except (Unavailable, StoreFull) as error:
                log.warning("probe_run_queue_waits_for_store", why=str(error))
                await self._woken(within=RETRY_S)
            except Exception:
                # Whatever it is, the queue must outlive it.
                log.exception("probe_run_queue_failed")
                await self._woken(within=RETRY_S)

    async def _next(self) -> None:
        """Execute the run whose turn it is, or wait until something may have changed."""
        open_ = await self._store.runs.open(self.host.id)
        queued = [run for run in open_ if run.status == "queued"]
        if not open_:
            await self._woken(within=IDLE_POLL_S)
        elif not self._lock.acquire(queued[0].id if queued else "none"):
            await self._wait_for(self._lock.holder(), queued)
        else:
            try:
                await self._settle(open_)
                # Another container of this machine may measure under a lock that we do not see.
                other = await self._store.runs.measured_on(this_machine())
                if queued and other is None and not self._stopping:
                    await self._execute(queued[0])
                    return
            finally:
                self._current = None
                self._lock.release()
            await self._wait_for(f"probe run {other}", queued)

    async def _wait_for(self, holder: str, queued: list[Run]) -> None:
        if not queued:
            await self._woken(within=IDLE_POLL_S)
            return
        message = f"waits for {holder}, which measures on this host"
        if message != queued[0].message:
            await self._store.runs.note(queued[0].id, message=message)
        await self._woken(within=LOCK_POLL_S)

    async def _execute(self, run: Run) -> None:
        """Every line of the log has the run, and the request that asked for it."""
        known = {"request_id": run.request_id} if run.request_id else {}
        with structlog.contextvars.bound_contextvars(run=run.id, **known):
            await self._executed(run)

    async def _executed(self, run: Run) -> None:
        try:
            rest, done = await rest_of(self._store, run)
        except Conflict as error:
            await self._store.runs.end(run.id, "failed", str(error))
            return
        if self._stopping:
            return
        self._current = execution = Execution(
            self._store,
            rest,
            self._observe,
            probes=self._probes,
            done=done,
            executor=self._lock.executor,
        )
        log.info("probe_run_started", suite=rest.suite, kept=done)
        try:
            ended = await execution.execute()
        except Conflict:
            return  # cancelled or taken by another process while it was about to start
        except (Unavailable, StoreFull):
            raise  # it is settled once the store is back
        except Exception as error:
            log.exception("probe_run_broken")
            await self._store.runs.end(run.id, "failed", f"the service failed: {error}")
            return
        finally:
            # Not before the store says how it ended: whoever waits looks there next.
            execution.ended.set()
        log.info("probe_run_ended", status=ended.status, message=ended.message)
        if self._ended is not None:
            self._ended(ended)
        await self._announce()

    async def _woken(self, within: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), within)

    async def _settle(self, open_: Iterable[Run]) -> None:
        """With the lock held: a run that is still ``running`` under it lost its executor."""
        executor = self._lock.executor if self._store.shared else None
        others = [r for r in open_ if r.status == "running" and r.executor != executor]
        silent = self._heartbeats.silent(others)
        runs = self._store.runs
        for run in await runs.interrupt_running(self.host.id, ORPHANED, executor, silent):
            log.warning("probe_run_interrupted", run=run)

    async def _announce(self) -> None:
        """Tell every queued run what it waits for: the one before it."""
        before: Run | None = None
        open_ = await self._store.runs.open(self.host.id)
        # One that was resumed may be older than the one that is measured.
        for run in sorted(open_, key=lambda each: each.status == "queued"):
            if run.status == "queued" and before is not None:
                await self._store.runs.note(run.id, message=f"waits for probe run {before.id}")
            before = run

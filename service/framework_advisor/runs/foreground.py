"""One run executed by the command line itself, under the same lock as the service's."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from framework_advisor.runs.execution import Execution
from framework_advisor.runs.lock import HostLock
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.queue import LOCK_POLL_S, ORPHANED
from framework_advisor.runs.records import Run
from framework_advisor.runs.request import ProbeRunRequest
from framework_advisor.runs.resuming import reopen, rest_of
from framework_advisor.store import Store
from framework_probes.host import fingerprint
from framework_probes.results import Event, Host, RunRequest


async def run_here(
    store: Store,
    lock: HostLock,
    request: ProbeRunRequest,
    observe: Callable[[Event], None],
    waits_for: Callable[[str], None],
) -> Run:
    """Measure, and return the run as it ended.

    SIGINT and SIGTERM cancel the run; what it has finished is kept. ``waits_for`` is told, once,
    who measures on this host already.
    """
    return await measure_here(store, lock, request.to_run(), observe, waits_for)


async def measure_here(
    store: Store,
    lock: HostLock,
    asked: RunRequest,
    observe: Callable[[Event], None],
    waits_for: Callable[[str], None],
    probes: Callable[[RunRequest], ProbeProcess] = ProbeProcess,
) -> Run:
    """The same under a run id of the caller's; ``probes`` as in :class:`Execution`."""

    async def create(host: Host) -> Execution:
        await store.runs.create(asked, host.id)
        return Execution(store, asked, observe, probes, executor=lock.executor)

    return await _holding_the_lock(store, lock, asked.run, create, waits_for)


async def resume_here(
    store: Store,
    lock: HostLock,
    run: str,
    observe: Callable[[Event], None],
    waits_for: Callable[[str], None],
) -> Run:
    """Go on with a run that was stopped: finished probes are kept, the rest is measured.

    Raises:
        NotFound: there is no such run.
        Conflict: it goes on, came to its own end, or is of another host.
    """

    async def go_on(host: Host) -> Execution:
        await reopen(store, run, host.id)
        rest, done = await rest_of(store, await store.runs.get(run))
        return Execution(store, rest, observe, done=done, executor=lock.executor)

    return await _holding_the_lock(store, lock, run, go_on, waits_for)


async def _holding_the_lock(
    store: Store,
    lock: HostLock,
    run: str,
    begin: Callable[[Host], Awaitable[Execution]],
    waits_for: Callable[[str], None],
) -> Run:
    host = fingerprint()
    told = False
    while not lock.acquire(run):
        if not told:
            waits_for(lock.holder())
            told = True
        await asyncio.sleep(LOCK_POLL_S)
    loop = asyncio.get_running_loop()
    try:
        await store.hosts.add(host)
        await store.runs.interrupt_running(
            host.id, ORPHANED, lock.executor if store.shared else None
        )
        execution = await begin(host)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, execution.stop, "cancelled")
        return await execution.execute()
    finally:
        lock.release()

"""One run executed by the command line itself, under the same lock as the service's."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from framework_advisor.runs.execution import Execution
from framework_advisor.runs.lock import HostLock
from framework_advisor.runs.queue import LOCK_POLL_S, ORPHANED
from framework_advisor.runs.records import Run
from framework_advisor.runs.request import ProbeRunRequest
from framework_advisor.store import Store
from framework_probes.host import fingerprint
from framework_probes.results import Event


async def run_here(
    store: Store,
    data_dir: Path,
    request: ProbeRunRequest,
    observe: Callable[[Event], None],
    waits_for: Callable[[str], None],
) -> Run:
    """Measure, and return the run as it ended.

    SIGINT and SIGTERM cancel the run; what it has finished is kept. ``waits_for`` is told, once,
    who measures on this host already.
    """
    host = fingerprint()
    asked = request.to_run()
    lock = HostLock(data_dir)
    told = False
    while not lock.acquire(asked.run):
        if not told:
            waits_for(lock.holder())
            told = True
        await asyncio.sleep(LOCK_POLL_S)
    loop = asyncio.get_running_loop()
    try:
        await store.hosts.add(host)
        await store.runs.interrupt_running(host.id, ORPHANED)
        await store.runs.create(asked, host.id)
        execution = Execution(store, asked, observe)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, execution.stop, "cancelled")
        return await execution.execute()
    finally:
        lock.release()

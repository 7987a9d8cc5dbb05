"""Going on with a run that was stopped: what stays of it, and what is still to be measured."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from framework_advisor.errors import Conflict
from framework_advisor.runs.records import OPEN, STOPPED, Run, RunStatus
from framework_advisor.store import Store
from framework_probes.planning import InvalidRequest
from framework_probes.results import RunRequest
from framework_probes.resumption import Kept, kept

#: A run in one of these was ended from outside: even where nothing is left to measure, it can go
#: on to its own end.
CUT_OFF: tuple[RunStatus, ...] = ("cancelled", "interrupted")


async def reopen(store: Store, run: str, host: str) -> None:
    """The run is queued again on its host, with the results of its finished probes.

    Raises:
        NotFound: there is no such run.
        Conflict: it goes on, came to its own end, or is of another host.
    """
    stopped = await store.runs.get(run)
    if stopped.status in OPEN:
        raise Conflict(f"Probe run {run} goes on: it is {stopped.status}.")
    if stopped.imported_at is not None:
        raise Conflict(f"Probe run {run} was measured elsewhere and imported.")
    if stopped.host != host:
        raise Conflict(f"Probe run {run} is of host {stopped.host}, and this is {host}.")
    if (own := stopped.request.own) is not None:
        raise Conflict(
            f"Probe run {run} is of a file that is not kept, {own.name}; measure it again: "
            f"framework-advisor probe mine {own.name}"
        )
    if stopped.status in STOPPED:
        stays = await _kept(store, stopped)
        if stays.rest or stopped.status in CUT_OFF:
            await store.runs.reopen(run, stays)
            return
    raise Conflict(f"Probe run {run} came to its own end: it is {stopped.status}.")


async def rest_of(store: Store, run: Run) -> tuple[RunRequest, int]:
    """What of a queued run is still to be measured, and how many results it has already."""
    if not run.counts:
        return run.request, 0
    stays = await _kept(store, run)
    return replace(run.request, probes=stays.rest), len(stays.results)


async def _kept(store: Store, run: Run) -> Kept:
    results = (await store.runs.results(run.id)).results
    try:
        # Blocks are gone through again, which takes a moment.
        return await asyncio.to_thread(kept, run.request, results)
    except InvalidRequest as error:  # asked by a version that knew other probes
        raise Conflict(f"Probe run {run.id} cannot go on: {error}.") from None

"""Forgetting by age."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import structlog

from framework_advisor.errors import StoreFull, Unavailable
from framework_advisor.store.store import Store

#: How often the service looks for what is too old, seconds.
EVERY_S = 3600.0
#: As many are forgotten at once: others write in between.
BATCH = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many were forgotten."""

    recommendations: int
    probe_runs: int


async def forget(
    store: Store,
    recommendations_days: int | None,
    runs_days: int | None,
    stopping: asyncio.Event | None = None,
) -> Forgotten:
    """Forget what is older than so many days; None keeps all. A run that goes on is kept."""

    async def all_of(before: Callable[[datetime, int], Awaitable[int]], days: int | None) -> int:
        if days is None:
            return 0
        moment, total = datetime.now(UTC) - timedelta(days=days), 0
        while (gone := await before(moment, BATCH)) and not (stopping and stopping.is_set()):
            total += gone
        return total + gone

    return Forgotten(
        await all_of(store.recommendations.forget_before, recommendations_days),
        await all_of(store.runs.forget_before, runs_days),
    )


class Retention:
    """Forgets at the start of the service, and from then on every hour.

    Services that share a store do it after one another; whoever comes second finds nothing.
    """

    def __init__(
        self, store: Store, recommendations_days: int | None, runs_days: int | None
    ) -> None:
        self._store = store
        self._days = (recommendations_days, runs_days)
        self._worker: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Begin, where anything is to be forgotten."""
        if self._days != (None, None):
            self._worker = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Finish what is being forgotten, and forget no more."""
        self._stopping.set()
        if self._worker is not None:
            await self._worker

    async def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                gone = await forget(self._store, *self._days, self._stopping)
            except (Unavailable, StoreFull) as error:
                log.warning("retention_waits_for_store", why=str(error))
            except Exception:
                # Whatever it is, the next time may do better.
                log.exception("retention_failed")
            else:
                if gone != Forgotten(0, 0):
                    log.info("forgotten", **asdict(gone))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), EVERY_S)

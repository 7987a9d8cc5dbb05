"""Following runs as they go on, for any number of listeners at the price of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import structlog

from framework_advisor.errors import Unavailable
from framework_advisor.runs.records import RunEvent
from framework_advisor.store import Store

#: How often one query asks for all followed runs whether something happened, seconds. Asking the
#: store, rather than being told in process, also hears of runs that another process executes.
POLL_S = 0.25
#: After so long without an event a listener is told that there is none, seconds.
KEEP_ALIVE_S = 15.0
#: How often to look whether a store that is away is back, seconds.
AWAY_POLL_S = 1.0

log = structlog.get_logger(__name__)


class _Topic:
    """A run that is followed."""

    def __init__(self) -> None:
        self.listeners = 0
        self.seen = 0
        self.changed = asyncio.Event()

    def wake(self) -> None:
        """Everybody who waits goes on; who waits from now on waits for the next time."""
        self.changed.set()
        self.changed = asyncio.Event()


class Feed:
    """Hands out the events of runs as they are kept."""

    def __init__(self, store: Store, keep_alive_s: float = KEEP_ALIVE_S) -> None:
        self._store = store
        self._keep_alive_s = keep_alive_s
        self._topics: dict[str, _Topic] = {}
        self._closed = False
        self._poller: asyncio.Task[None] | None = None

    async def follow(self, run: str, after: int = 0) -> AsyncIterator[RunEvent | None]:
        """The events that follow that number, until the run has ended or the feed is closed.

        None stands for a while in which nothing happened.

        Raises:
            NotFound: there is no such run.
        """
        with self._listening(run) as topic:
            while not self._closed:
                # Taken before the store is read: what happens in between is not missed.
                changed = topic.changed
                try:
                    found = await self._store.events.after(run, after)
                except Unavailable:
                    # The listener stays: one that is cut off finds nobody to come back to.
                    yield None
                    with suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), AWAY_POLL_S)
                    continue
                for event in found.events:
                    yield event
                    after = event.number
                if found.over:
                    return
                if not found.events and not self._closed:
                    try:
                        await asyncio.wait_for(changed.wait(), self._keep_alive_s)
                    except TimeoutError:
                        yield None

    def close(self) -> None:
        """Every listener is let go once it has what was read for it."""
        self._closed = True
        if self._poller is not None:
            self._poller.cancel()
        for topic in self._topics.values():
            topic.wake()

    @contextmanager
    def _listening(self, run: str) -> Iterator[_Topic]:
        topic = self._topics.setdefault(run, _Topic())
        topic.listeners += 1
        if not self._closed and (self._poller is None or self._poller.done()):
            self._poller = asyncio.create_task(self._poll())
        try:
            yield topic
        finally:
            topic.listeners -= 1
            if not topic.listeners:
                del self._topics[run]

    async def _poll(self) -> None:
        """Goes on while anybody listens."""
        wait_s = POLL_S
        while self._topics:
            await asyncio.sleep(wait_s)
            try:
                counts = await self._store.events.counts(self._topics)
                wait_s = POLL_S
            except Unavailable as error:
                log.warning("run_events_unreadable", reason=error.reason)
                wait_s = AWAY_POLL_S
                continue
            except Exception:
                # Listeners must outlive whatever it is.
                log.exception("run_events_unreadable")
                continue
            for run, number in counts.items():
                topic = self._topics.get(run)
                if topic is not None and topic.seen != number:
                    topic.seen = number
                    topic.wake()

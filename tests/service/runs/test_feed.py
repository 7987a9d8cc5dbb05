"""Events of runs: numbered without gaps, followed by many at the price of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import aclosing, asynccontextmanager

import pytest

import measuring
from framework_advisor.errors import NotFound
from framework_advisor.runs.feed import Feed
from framework_advisor.runs.records import RunEvent
from framework_advisor.settings import Settings
from framework_advisor.store import Store

RUN = "run_1"


@asynccontextmanager
async def followed(
    where: Settings, keep_alive_s: float = 600.0
) -> AsyncIterator[tuple[Store, Feed]]:
    """A store with a run that was queued, and a feed."""
    async with Store(where) as store:
        await store.hosts.add(measuring.HOST)
        await store.runs.create(measuring.request(), measuring.HOST.id)
        feed = Feed(store, keep_alive_s)
        try:
            yield store, feed
        finally:
            feed.close()


async def all_of(feed: Feed, after: int = 0) -> list[RunEvent]:
    async with asyncio.timeout(30):
        return [event async for event in feed.follow(RUN, after) if event is not None]


async def whole_run(store: Store) -> None:
    await store.runs.start(RUN)
    await store.runs.note(RUN, planned=1)
    await store.runs.add_result(measuring.result())
    await store.runs.note(RUN, done=1, message="matmul is done")
    await store.runs.end(RUN, "succeeded", "1 results: 1 ok")


def test_a_listener_hears_all_in_order_and_then_the_end(where: Settings) -> None:
    async def act() -> None:
        async with followed(where) as (store, feed):
            listening = asyncio.create_task(all_of(feed))
            await whole_run(store)
            events = await listening
            assert [event.number for event in events] == [1, 2, 3, 4, 5, 6]
            assert [(event.kind, event.status) for event in events] == [
                ("status", "queued"),
                ("status", "running"),
                ("progress", "running"),
                ("result", "running"),
                ("progress", "running"),
                ("status", "succeeded"),
            ]
            (result,) = [event.result for event in events if event.result]
            assert (result.probe, result.framework, result.outcome) == ("matmul", "jax", "ok")
            assert (events[4].done, events[4].planned) == (1, 1)
            assert await all_of(feed, after=4) == events[4:]
            assert await all_of(feed, after=6) == []

    asyncio.run(act())


@pytest.mark.parametrize("status", ["cancelled", "interrupted"])
def test_a_run_that_never_came_to_its_end_ends_the_stream_too(where: Settings, status: str) -> None:
    async def act() -> None:
        async with followed(where) as (store, feed):
            listening = asyncio.create_task(all_of(feed))
            if status == "cancelled":
                assert await store.runs.cancel_queued(RUN)
            else:
                await store.runs.start(RUN)
                await store.runs.interrupt_running(measuring.HOST.id, "gone")
            assert (await listening)[-1].status == status

    asyncio.run(act())


def test_writers_at_once_number_without_gaps(where: Settings) -> None:
    async def act() -> None:
        async with followed(where) as (store, _), Store(where) as other:
            await asyncio.gather(
                *(
                    each.runs.add_result(measuring.result(probe=f"probe_{each is store}_{n}"))
                    for n in range(15)
                    for each in (store, other)
                )
            )
            events = (await store.events.after(RUN, 0)).events
            assert [event.number for event in events] == list(range(1, 32))

    asyncio.run(act())


def test_nothing_is_noted_of_a_run_that_has_ended(where: Settings) -> None:
    async def act() -> None:
        async with followed(where) as (store, feed):
            await whole_run(store)
            await store.runs.note(RUN, message="late")
            assert len(await all_of(feed)) == 6

    asyncio.run(act())


def test_a_hundred_idle_listeners_cost_one_query_now_and_then(where: Settings) -> None:
    async def act() -> None:
        async with followed(where) as (store, feed):
            polled, read = asyncio.Semaphore(0), 0
            counts, after = store.events.counts, store.events.after

            async def counted(runs: Collection[str]) -> Mapping[str, int]:
                polled.release()
                return await counts(runs)

            async def reading(run: str, number: int) -> object:
                nonlocal read
                read += 1
                return await after(run, number)

            async def polls(number: int) -> None:
                for _ in range(number):
                    await polled.acquire()

            store.events.counts, store.events.after = counted, reading  # type: ignore[method-assign]
            listening = [asyncio.create_task(all_of(feed)) for _ in range(100)]
            # The first poll wakes them once; after it they are idle.
            await polls(8)
            idle = read
            await polls(4)
            assert (read, len(feed._topics)) == (idle, 1)
            await store.runs.cancel_queued(RUN)
            assert {len(events) for events in await asyncio.gather(*listening)} == {2}
            assert feed._topics == {}

    asyncio.run(act())


def test_closing_lets_every_listener_go(where: Settings) -> None:
    async def act() -> None:
        async with followed(where) as (_, feed):
            stream = feed.follow(RUN)
            first = await anext(stream)
            assert first is not None
            waiting = asyncio.create_task(anext(stream, None))
            async with asyncio.timeout(30):
                while not feed._topics[RUN].changed._waiters:  # noqa: ASYNC110 - nothing wakes us
                    await asyncio.sleep(0)
                feed.close()
                assert await waiting is None
            assert feed._topics == {}

    asyncio.run(act())


def test_a_listener_that_leaves_is_forgotten(where: Settings) -> None:
    async def act() -> None:
        async with followed(where) as (_, feed), aclosing(feed.follow(RUN)) as stream:
            await anext(stream)
            leaving = asyncio.create_task(anext(stream))
            await asyncio.sleep(0)
            leaving.cancel()
            await asyncio.wait([leaving])
            assert feed._topics == {}

    asyncio.run(act())


def test_a_while_without_events_is_told(where: Settings) -> None:
    async def act() -> None:
        async with followed(where, keep_alive_s=0.01) as (_, feed):
            stream = feed.follow(RUN)
            assert await anext(stream) is not None
            assert await anext(stream) is None

    asyncio.run(act())


def test_a_run_that_is_not_there_cannot_be_followed(where: Settings) -> None:
    async def act() -> None:
        async with followed(where) as (_, feed):
            with pytest.raises(NotFound):
                await anext(feed.follow("run_nobody_knows"))

    asyncio.run(act())

"""Runs wait their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

import measuring
from framework_advisor.errors import Conflict, NotFound
from framework_advisor.runs.lock import HostLock
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.queue import RunQueue
from framework_advisor.runs.records import Run, RunStatus
from framework_advisor.runs.request import ProbeRunRequest
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_probes.results import RunRequest

Playing = Callable[[str], Callable[[RunRequest], ProbeProcess]]


@asynccontextmanager
async def queue(
    settings: Settings, probes: Callable[[RunRequest], ProbeProcess]
) -> AsyncIterator[tuple[RunQueue, Store]]:
    async with Store(settings) as store:
        runs = RunQueue(
            store, HostLock(settings.data_dir, settings.lock_dir), measuring.HOST, probes
        )
        await runs.start()
        try:
            yield runs, store
        finally:
            await runs.stop()


async def until(store: Store, id_: str, holds: Callable[[Run], bool]) -> Run:
    async with asyncio.timeout(30):
        while not holds(run := await store.runs.get(id_)):  # noqa: ASYNC110 - nothing wakes us
            await asyncio.sleep(0.02)
        return run


def measuring_now(run: Run) -> bool:
    return bool(run.counts)


def test_a_second_run_waits_for_the_first_and_says_so(settings: Settings, playing: Playing) -> None:
    async def act() -> None:
        async with queue(settings, playing("waits")) as (runs, store):
            first = await runs.submit(ProbeRunRequest())
            await until(store, first.id, measuring_now)
            second = await runs.submit(ProbeRunRequest())
            third = await runs.submit(ProbeRunRequest())
            assert second.status == third.status == "queued"
            assert second.message == f"waits for probe run {first.id}"
            assert third.message == f"waits for probe run {second.id}"
            cancelled = await runs.cancel(second.id)
            assert cancelled.status == "cancelled"
            assert (await store.runs.get(third.id)).message == f"waits for probe run {first.id}"
            assert (await runs.cancel(first.id)).status == "cancelled"
            started = await until(store, third.id, measuring_now)
            assert started.status == "running"

    asyncio.run(act())


def test_what_has_ended_cannot_be_cancelled(settings: Settings, playing: Playing) -> None:
    async def act() -> None:
        async with queue(settings, playing("ends well")) as (runs, store):
            run = await runs.submit(ProbeRunRequest())
            await until(store, run.id, lambda r: r.ended)
            with pytest.raises(Conflict, match="succeeded"):
                await runs.cancel(run.id)
            with pytest.raises(NotFound):
                await runs.cancel("run_nobody_knows")

    asyncio.run(act())


def test_a_run_that_ends_while_it_is_being_cancelled_cannot_be_cancelled(
    settings: Settings, playing: Playing
) -> None:
    """The store says already that it succeeded; its executor has not returned yet."""

    async def act() -> None:
        async with queue(settings, playing("ends well")) as (runs, store):
            cancelling: list[asyncio.Task[Run]] = []
            end = store.runs.end

            async def end_meanwhile_cancelled(
                id_: str, status: RunStatus, message: str, content: str | None = None
            ) -> None:
                await end(id_, status, message, content)
                cancelling.append(asyncio.create_task(runs.cancel(id_)))
                await asyncio.sleep(0)  # it runs until it waits for the execution

            store.runs.end = end_meanwhile_cancelled
            run = await runs.submit(ProbeRunRequest())
            await until(store, run.id, lambda r: r.ended)
            with pytest.raises(Conflict, match="succeeded"):
                await cancelling[0]

    asyncio.run(act())


def test_closing_interrupts_the_run_and_keeps_the_queue(
    settings: Settings, playing: Playing
) -> None:
    async def act() -> None:
        async with queue(settings, playing("stubborn")) as (runs, store):
            first = await runs.submit(ProbeRunRequest())
            second = await runs.submit(ProbeRunRequest())
            await until(store, first.id, measuring_now)
        async with queue(settings, playing("ends well")) as (runs, store):
            assert (await store.runs.get(first.id)).status == "interrupted"
            assert (await until(store, second.id, lambda r: r.ended)).status == "succeeded"

    asyncio.run(act())


def test_a_run_whose_process_is_gone_is_interrupted_at_the_next_start(
    settings: Settings, playing: Playing
) -> None:
    async def act() -> None:
        async with Store(settings) as store:
            await store.hosts.add(measuring.HOST)
            await store.runs.create(measuring.request(), measuring.HOST.id)
            await store.runs.start("run_1")
            await store.runs.add_result(measuring.result())
        async with queue(settings, playing("waits")) as (_, store):
            run = await store.runs.get("run_1")
            assert (run.status, run.counts) == ("interrupted", {"ok": 1})

    asyncio.run(act())


def test_a_run_that_another_process_executes_is_cancelled_through_the_store(
    settings: Settings, playing: Playing
) -> None:
    async def act() -> None:
        async with queue(settings, playing("waits")) as (theirs, store):
            run = await theirs.submit(ProbeRunRequest())
            await until(store, run.id, measuring_now)
            async with queue(settings, playing("ends well")) as (ours, _):
                cancelled = await ours.cancel(run.id)
            assert (cancelled.status, cancelled.counts) == ("cancelled", {"ok": 1})
            again = await theirs.resume(run.id)
            assert (await until(store, again.id, measuring_now)).status == "running"

    asyncio.run(act())


def test_a_run_waits_while_another_process_measures(
    settings: Settings, playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framework_advisor.runs.queue.OBEYED_S", 0.5)

    async def act() -> None:
        other = HostLock(settings.data_dir, settings.lock_dir)
        assert other.acquire("run_theirs")
        async with Store(settings) as store:
            await store.hosts.add(measuring.HOST)
            await store.runs.create(measuring.request("run_theirs"), measuring.HOST.id)
            await store.runs.start("run_theirs")
        async with queue(settings, playing("ends well")) as (runs, store):
            assert (await store.runs.get("run_theirs")).status == "running"
            with pytest.raises(Conflict, match="another process"):
                await runs.cancel("run_theirs")
            ours = await runs.submit(ProbeRunRequest())
            waiting = await until(store, ours.id, lambda r: "measures on this host" in r.message)
            assert waiting.status == "queued"
            assert "run_theirs" in waiting.message
            await store.runs.end("run_theirs", "succeeded", "")
            other.release()
            assert (await until(store, ours.id, lambda r: r.ended)).status == "succeeded"

    asyncio.run(act())


def test_the_queue_outlives_a_run_that_cannot_be_started(
    settings: Settings, playing: Playing
) -> None:
    starts = [
        lambda request: ProbeProcess(request, ("/no/such/program",)),
        playing("ends well"),
    ]

    def next_start(request: RunRequest) -> ProbeProcess:
        return starts.pop(0)(request)

    async def act() -> None:
        async with queue(settings, next_start) as (runs, store):
            first = await runs.submit(ProbeRunRequest())
            second = await runs.submit(ProbeRunRequest())
            failed = await until(store, first.id, lambda r: r.ended)
            assert failed.status == "failed"
            assert "/no/such/program" in failed.message
            assert (await until(store, second.id, lambda r: r.ended)).status == "succeeded"

    asyncio.run(act())

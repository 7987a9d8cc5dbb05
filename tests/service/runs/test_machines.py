"""Machines of one make on one PostgreSQL: they share a queue and leave each other's runs alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

import measuring
from framework_advisor.errors import Conflict, StoreFull, Unavailable
from framework_advisor.runs import execution, heartbeats
from framework_advisor.runs import queue as queues
from framework_advisor.runs.lock import HostLock, this_machine
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.queue import RunQueue
from framework_advisor.runs.records import Run
from framework_advisor.runs.request import ProbeRunRequest
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_probes.results import Result, RunRequest

Playing = Callable[[str], Callable[[RunRequest], ProbeProcess]]
ELSEWHERE = "8d6f0c5e-another-machine 26:1"


@pytest.fixture
def shared(postgresql: str, tmp_path: Path, settings: Settings) -> Settings:
    return Settings(data_dir=tmp_path, database_url=postgresql)


async def until(store: Store, id_: str, holds: Callable[[Run], bool]) -> Run:
    async with asyncio.timeout(30):
        while not holds(run := await store.runs.get(id_)):  # noqa: ASYNC110 - nothing wakes us
            await asyncio.sleep(0.02)
        return run


async def executed_by(store: Store, executor: str | None, run: str = "run_theirs") -> None:
    await store.hosts.add(measuring.HOST)
    await store.runs.create(measuring.request(run), measuring.HOST.id)
    await store.runs.start(run, executor)


def queue(
    store: Store, settings: Settings, probes: Callable[[RunRequest], ProbeProcess]
) -> RunQueue:
    lock = HostLock(settings.data_dir, settings.lock_dir)
    return RunQueue(store, lock, measuring.HOST, probes)


def test_a_start_interrupts_what_this_machine_lost_and_nothing_else(
    shared: Settings, playing: Playing
) -> None:
    async def act() -> None:
        async with Store(shared) as store:
            lock = HostLock(shared.data_dir, shared.lock_dir)
            assert lock.acquire("none")
            lock.release()
            await executed_by(store, ELSEWHERE)
            await executed_by(store, lock.executor, "run_ours")
            await executed_by(store, None, "run_of_before")
            runs = queue(store, shared, playing("ends well"))
            await runs.start()
            try:
                for run, status in (
                    ("run_theirs", "running"),
                    ("run_ours", "interrupted"),
                    ("run_of_before", "interrupted"),
                ):
                    assert (await store.runs.get(run)).status == status
                ours = await runs.submit(ProbeRunRequest())
                assert (await until(store, ours.id, lambda r: r.ended)).status == "succeeded"
                assert (await store.runs.get("run_theirs")).status == "running"
            finally:
                await runs.stop()

    asyncio.run(act())


def test_a_run_of_a_machine_that_fell_silent_is_interrupted(
    shared: Settings, playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "IDLE_POLL_S", 0.05)
    monkeypatch.setattr(heartbeats, "SILENT_S", 0.2)

    async def act() -> None:
        async with Store(shared) as store:
            await executed_by(store, ELSEWHERE)
            runs = queue(store, shared, playing("ends well"))
            await runs.start()
            try:
                run = await until(store, "run_theirs", lambda r: r.ended)
                assert run.status == "interrupted"
            finally:
                await runs.stop()

    asyncio.run(act())


def test_a_container_beside_us_that_measures_is_waited_for(
    shared: Settings, playing: Playing
) -> None:
    """It has a lock that we do not see; the store says that it is on this machine."""

    async def act() -> None:
        async with Store(shared) as store:
            await executed_by(store, f"{this_machine()} 999:999")
            runs = queue(store, shared, playing("ends well"))
            await runs.start()
            try:
                ours = await runs.submit(ProbeRunRequest())
                waiting = await until(store, ours.id, lambda r: "on this host" in r.message)
                assert (waiting.status, "run_theirs" in waiting.message) == ("queued", True)
                await store.runs.end("run_theirs", "succeeded", "")
                assert (await until(store, ours.id, lambda r: r.ended)).status == "succeeded"
            finally:
                await runs.stop()

    asyncio.run(act())


def test_of_two_containers_that_begin_at_once_one_does(shared: Settings) -> None:
    async def act() -> None:
        async with Store(shared) as store:
            await store.hosts.add(measuring.HOST)
            for run in ("run_1", "run_2"):
                await store.runs.create(measuring.request(run), measuring.HOST.id)
            begun = await asyncio.gather(
                store.runs.start("run_1", f"{this_machine()} 1:1"),
                store.runs.start("run_2", f"{this_machine()} 2:2"),
                return_exceptions=True,
            )
            assert [type(each) for each in begun].count(Conflict) == 1
            statuses = {(await store.runs.get(run)).status for run in ("run_1", "run_2")}
            assert statuses == {"running", "queued"}

    asyncio.run(act())


def test_a_run_says_that_it_goes_on_until_it_is_told_otherwise(
    shared: Settings, playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "BEAT_S", 0.02)

    async def act() -> None:
        async with Store(shared) as store:
            runs = queue(store, shared, playing("waits"))
            await runs.start()
            try:
                ours = await runs.submit(ProbeRunRequest())
                await until(store, ours.id, lambda r: r.beats >= 3)
                await store.runs.interrupt_running(measuring.HOST.id, "taken for dead")
                current = runs._current
                assert current is not None
                async with asyncio.timeout(30):
                    await current.ended.wait()
                assert (await store.runs.get(ours.id)).message == "taken for dead"
            finally:
                await runs.stop()

    asyncio.run(act())


@pytest.mark.parametrize("failure", [StoreFull("full"), Unavailable("away")])
def test_what_cannot_be_kept_now_is_kept_later(
    settings: Settings, playing: Playing, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    monkeypatch.setattr(execution, "RETRY_S", 0.01)

    async def act() -> None:
        async with Store(settings) as store:
            add, failures = store.runs.add_result, [failure] * 3

            async def failing(result: Result) -> None:
                await add(result)
                # The commit whose answer was lost: it is there, and nobody knows.
                if failures:
                    raise failures.pop()

            store.runs.add_result = failing  # type: ignore[method-assign]
            runs = queue(store, settings, playing("ends well"))
            await runs.start()
            try:
                run = await runs.submit(ProbeRunRequest())
                ended = await until(store, run.id, lambda r: r.ended)
                assert (ended.status, dict(ended.counts)) == (
                    "succeeded",
                    {"not_installed": 1, "ok": 1},
                )
                events = (await store.events.after(run.id, 0)).events
                assert [event.kind for event in events].count("result") == 2
            finally:
                await runs.stop()

    asyncio.run(act())

"""A run that was stopped goes on: which may, with what, and in which place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

import measuring
from framework_advisor.errors import Conflict, NotFound
from framework_advisor.runs.lock import HostLock
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.queue import RunQueue
from framework_advisor.runs.records import RunStatus
from framework_advisor.runs.request import ProbeRunRequest
from framework_advisor.runs.resuming import reopen, rest_of
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_probes.results import Contender, RunRequest

Playing = Callable[[str], Callable[[RunRequest], ProbeProcess]]
HERE = measuring.HOST.id
TWO = replace(measuring.request(), probes=("matmul", "dispatch"))
TIERS = (Contender("jax", None, "eager"), Contender("jax", None, "compiled"))


async def stopped(store: Store, status: RunStatus, *probes: str, host: str = HERE) -> None:
    """The run of two probes, ended with results of these."""
    await store.hosts.add(replace(measuring.HOST, id=host))
    await store.runs.create(TWO, host)
    await store.runs.start("run_1")
    for probe in probes:
        for by in TIERS:
            await store.runs.add_result(measuring.finished("run_1", probe, by))
    await store.runs.end("run_1", status, "stopped")


@pytest.mark.parametrize("status", ["cancelled", "interrupted", "failed", "partial"])
def test_what_is_finished_stays_and_the_rest_is_left(settings: Settings, status: RunStatus) -> None:
    async def act() -> None:
        async with Store(settings) as store:
            await stopped(store, status, "matmul")
            await reopen(store, "run_1", HERE)
            run = await store.runs.get("run_1")
            assert (run.status, run.done, run.finished_at) == ("queued", 2, None)
            assert await rest_of(store, run) == (replace(TWO, probes=("dispatch",)), 2)
            with pytest.raises(Conflict, match="goes on: it is queued"):
                await reopen(store, "run_1", HERE)

    asyncio.run(act())


@pytest.mark.parametrize(
    ("status", "probes"),
    [
        ("succeeded", ("matmul", "dispatch")),
        ("succeeded", ("matmul",)),
        ("partial", ("matmul", "dispatch")),
        ("failed", ("matmul", "dispatch")),
    ],
)
def test_what_came_to_its_own_end_does_not_go_on(
    settings: Settings, status: RunStatus, probes: tuple[str, ...]
) -> None:
    async def act() -> None:
        async with Store(settings) as store:
            await stopped(store, status, *probes)
            before = await store.runs.get("run_1")
            with pytest.raises(Conflict, match=f"own end: it is {status}"):
                await reopen(store, "run_1", HERE)
            assert await store.runs.get("run_1") == before

    asyncio.run(act())


def test_neither_a_run_of_another_host_nor_one_that_is_not_there_goes_on(
    settings: Settings,
) -> None:
    async def act() -> None:
        async with Store(settings) as store:
            await stopped(store, "interrupted", host="host_elsewhere")
            with pytest.raises(Conflict, match="of host host_elsewhere"):
                await reopen(store, "run_1", HERE)
            with pytest.raises(NotFound):
                await reopen(store, "run_nobody_knows", HERE)

    asyncio.run(act())


def test_a_run_whose_probes_this_version_does_not_have_says_so(settings: Settings) -> None:
    async def act() -> None:
        async with Store(settings) as store:
            await store.hosts.add(measuring.HOST)
            await store.runs.create(replace(TWO, probes=("abacus",)), HERE)
            await store.runs.end("run_1", "interrupted", "")
            with pytest.raises(Conflict, match="abacus"):
                await reopen(store, "run_1", HERE)

    asyncio.run(act())


def test_of_two_who_resume_at_once_one_does(settings: Settings) -> None:
    async def act() -> list[BaseException | None]:
        async with Store(settings) as one, Store(settings) as other:
            await stopped(one, "interrupted", "matmul")
            return await asyncio.gather(
                *(reopen(store, "run_1", HERE) for store in (one, other)), return_exceptions=True
            )

    ends = asyncio.run(act())
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "NoneType"]


def test_a_run_that_had_measured_everything_comes_to_its_end_without_probes(
    settings: Settings,
) -> None:
    def none_needed(request: RunRequest) -> ProbeProcess:
        raise AssertionError("nothing is left to measure")

    async def act() -> None:
        async with Store(settings) as store:
            await stopped(store, "interrupted", "matmul", "dispatch")
            queue = RunQueue(
                store, HostLock(settings.data_dir, settings.data_dir), measuring.HOST, none_needed
            )
            await queue.start()
            await queue.resume("run_1")
            async with asyncio.timeout(30):
                while not (await store.runs.get("run_1")).ended:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            await queue.stop()
            run = await store.runs.get("run_1")
            assert (run.status, run.counts) == ("succeeded", {"ok": 4})

    asyncio.run(act())


def test_a_resumed_run_waits_for_the_one_that_is_measured(
    settings: Settings, playing: Playing
) -> None:
    async def act() -> None:
        async with Store(settings) as store:
            await stopped(store, "interrupted", "matmul")
            queue = RunQueue(
                store,
                HostLock(settings.data_dir, settings.data_dir),
                measuring.HOST,
                playing("waits"),
            )
            await queue.start()
            measured = await queue.submit(ProbeRunRequest())
            async with asyncio.timeout(30):
                while not (await store.runs.get(measured.id)).counts:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            resumed = await queue.resume("run_1")
            assert (resumed.status, resumed.message) == (
                "queued",
                f"waits for probe run {measured.id}",
            )
            await queue.stop()

    asyncio.run(act())

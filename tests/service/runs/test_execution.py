"""One run, whatever its process does."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

import measuring
from framework_advisor.runs import execution as module
from framework_advisor.runs.execution import Execution
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.records import Run, RunResults
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_probes.results import Event, Progress, RunRequest
from processes import alive

Playing = Callable[[str], Callable[[RunRequest], ProbeProcess]]


def executed(
    settings: Settings, probes: Callable[[RunRequest], ProbeProcess], stop: str | None = None
) -> tuple[Run, RunResults, int]:
    """The run as it ended, what it measured, and the id that its process had.

    ``stop``: with which status it is stopped, once its first result is kept.
    """

    async def run() -> tuple[Run, RunResults, int]:
        pids = []

        def started(request: RunRequest) -> ProbeProcess:
            pids.append(process := probes(request))
            return process

        def observe(event: Event) -> None:
            if stop and isinstance(event, Progress):
                one.stop(stop)

        async with Store(settings) as store:
            await store.hosts.add(measuring.HOST)
            await store.runs.create(measuring.request(), measuring.HOST.id)
            one = Execution(store, measuring.request(), observe, started)
            ended = await one.execute()
            return ended, await store.runs.results("run_1"), pids[0].pid

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("scenario", "status", "message"),
    [
        ("ends well", "succeeded", "2 results: 1 not_installed, 1 ok"),
        ("a probe failed", "partial", "2 results: 1 ok, 1 timeout"),
        ("nothing ok", "failed", "1 results: 1 timeout"),
        ("breaks", "partial", "ended with 1: no room left"),
        ("killed", "partial", "was killed by SIGKILL"),
        ("talks nonsense", "partial", "cannot be read: event: 'riddle'"),
        ("closes and stays", "partial", "was killed by SIGTERM"),
    ],
)
def test_however_the_process_ends_its_results_are_kept(
    settings: Settings, playing: Playing, scenario: str, status: str, message: str
) -> None:
    run, measured, pid = executed(settings, playing(scenario))
    assert run.status == status
    assert message in run.message
    assert run.finished_at is not None
    assert len(measured.results) == sum(run.counts.values()) >= 1
    assert measured.environments == (measuring.ENVIRONMENT,)
    assert run.peaks == measuring.PEAKS
    assert not alive({pid})


@pytest.mark.parametrize("scenario", ["waits", "stubborn"])
@pytest.mark.parametrize("status", ["cancelled", "interrupted"])
def test_a_run_that_is_stopped_keeps_what_it_has_and_leaves_no_process(
    settings: Settings, playing: Playing, scenario: str, status: str
) -> None:
    run, measured, pid = executed(settings, playing(scenario), stop=status)
    assert run.status == status
    assert measured.results == (measuring.result(),)
    assert measured.pairs == (measuring.pair(),)
    assert not alive({pid})


def test_a_process_that_ignores_its_budget_is_ended(
    settings: Settings, playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "hard_limit_s", lambda request: 1.0)
    run, measured, pid = executed(settings, playing("stubborn"))
    assert run.status == "partial"
    assert "beyond its budget" in run.message
    assert len(measured.results) == 1
    assert not alive({pid})


def test_the_limit_leaves_the_probes_room_for_their_own_budget() -> None:
    request = measuring.request()
    assert request.budget_s is not None
    assert module.hard_limit_s(request) > request.budget_s
    assert module.hard_limit_s(RunRequest(run="run_1")) > 150


TELL = """
import os, sys
events = int(sys.argv[sys.argv.index("--events-fd") + 1])
os.write(events, repr(dict(os.environ)).encode())
"""


def test_the_probes_do_not_see_the_services_secrets(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWORK_ADVISOR_DATABASE_URL", "postgresql://me:hush@db/advisor")

    async def seen() -> bytes:
        async with ProbeProcess(measuring.request(), (sys.executable, "-c", TELL)) as process:
            return await process._events.read()

    told = asyncio.run(seen())
    assert b"PATH" in told
    assert b"hush" not in told

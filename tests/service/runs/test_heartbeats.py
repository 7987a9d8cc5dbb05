"""Runs of other machines: alive as long as they say something."""

from __future__ import annotations

from dataclasses import replace

import pytest

import measuring
from framework_advisor.runs.heartbeats import BLIND_S, SILENT_S, Heartbeats
from framework_advisor.runs.records import Run

STEP = BLIND_S / 2


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def run(beats: int = 0) -> Run:
    return Run("run_1", "host", "running", measuring.request(), None, beats=beats)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_run_is_lost_once_it_has_said_nothing_for_long_enough(clock: Clock) -> None:
    heard = Heartbeats(clock)
    looks = 0
    while not heard.silent([run(7)]):
        clock.now += STEP
        looks += 1
    assert looks == SILENT_S / STEP


def test_a_run_that_beats_is_never_lost(clock: Clock) -> None:
    heard = Heartbeats(clock)
    for beats in range(100):
        assert heard.silent([run(beats // 2)]) == ()
        clock.now += STEP


def test_time_in_which_nobody_looked_does_not_count(clock: Clock) -> None:
    heard = Heartbeats(clock)
    assert heard.silent([run()]) == ()
    clock.now += 100 * SILENT_S
    assert heard.silent([run()]) == ()
    clock.now += STEP
    assert heard.silent([run()]) == ()


def test_a_run_that_is_resumed_is_a_new_one(clock: Clock) -> None:
    heard = Heartbeats(clock)
    assert heard.silent([run()]) == ()
    for _ in range(4):
        clock.now += STEP
        heard.silent([])
    for _ in range(int(SILENT_S / STEP)):
        assert heard.silent([replace(run(), message="resumed")]) == ()
        clock.now += STEP

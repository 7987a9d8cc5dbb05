"""What a sample is, and when calls are steady."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_probes.frameworks.plain_numpy import NumPyAdapter
from framework_probes.probe import Native, Program
from framework_probes.timing import (
    FEWEST_CALLS,
    SHORTEST_SAMPLE,
    WAITS,
    pilot,
    run_block,
    to_steady,
)


def busy(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


class Waits(NumPyAdapter):
    """Waiting costs so much, though nothing is left to wait for."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def wait(self, _result: Native, /) -> None:
        busy(self.seconds)


def program(seconds: float) -> Program:
    return Program(step=lambda: busy(seconds), read=lambda _: {}, layout="")


def test_a_sample_takes_a_hundred_times_what_waiting_costs() -> None:
    found = pilot(Waits(20e-6), program(50e-6))
    assert found.wait_s >= 20e-6
    assert found.batch * found.iteration_s >= 0.99 * WAITS * found.wait_s
    # Waiting is then a hundredth of what is timed at most.
    assert found.iteration_s < 1.5 * 50e-6


def test_what_costs_nothing_to_wait_for_is_timed_in_short_samples() -> None:
    found = pilot(NumPyAdapter(), program(50e-6))
    assert found.batch * found.iteration_s >= 0.99 * SHORTEST_SAMPLE
    assert found.batch < 20


def test_a_long_iteration_is_a_sample() -> None:
    assert pilot(NumPyAdapter(), program(1e-3), 0.001).batch == 1


@pytest.mark.parametrize(
    ("calls", "spent"),
    [
        ([9.0, 1.0, 1.0, 1.0, 1.0, 1.0], 9.0),
        ([9.0, 3.0, 1.0, 1.0, 1.0, 1.0], 12.0),
        ([1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 0.0),
        ([5.0, 1.0, 4.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 14.0),
    ],
)
def test_calls_before_the_first_steady_one_are_paid_once(calls: list[float], spent: float) -> None:
    assert to_steady(calls) == spent


@given(st.lists(st.floats(1e-6, 10), min_size=3, max_size=50))
def test_what_is_paid_once_is_never_more_than_all_calls(calls: list[float]) -> None:
    assert 0 <= to_steady(calls) <= sum(calls)


def test_single_calls_are_samples_however_short() -> None:
    adapter = NumPyAdapter()
    program = Program(step=lambda: None, read=lambda _: {}, layout="")
    assert pilot(adapter, program).batch > 1
    assert pilot(adapter, program, single=True).batch == 1
    ran, _, _ = run_block(adapter, program, 1, 0.0, 0, last=False, fewest=FEWEST_CALLS)
    assert len(ran.walls_s) == ran.iterations == FEWEST_CALLS

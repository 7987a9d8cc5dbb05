"""Selftests on real workers: what they time is right, and what is wrong is caught."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from framework_probes.probe import Arrays, Program
from framework_probes.results import Framework, Tier
from framework_probes.seats import SUBJECTS
from framework_probes.selftests import faults, faulty, waits
from framework_probes.selftests.faults import FAULTS, Fault
from framework_probes.selftests.operations import CATALOGUE, HEAVY, LIGHT, REPEATS, name, repeated
from framework_probes.selftests.twins import Effort, Trial, contests


def heard(_: str) -> None:
    """Nobody listens."""


def counting(calls: Counter[str]) -> Callable[..., Program]:
    """A builder whose steps are counted, on the first data and on others."""

    def build(_adapter: object, _inputs: Arrays) -> Program:
        def on(_: Arrays) -> Callable[[], object]:
            return lambda: calls.update(["other"])

        return Program(lambda: calls.update(["first"]), dict, "none", on=on)

    return build


@pytest.mark.parametrize("times", REPEATS)
def test_a_longer_operation_does_the_same_work_so_many_times(times: int) -> None:
    from dataclasses import replace

    calls: Counter[str] = Counter()
    probe = repeated(replace(LIGHT[0], builders={"jax": counting(calls)}), times)
    program = probe.builders["jax"](None, {})  # type: ignore[arg-type]
    program.step()
    assert program.on is not None
    program.on({})()
    assert calls == {"first": times, "other": times}
    assert probe.flops == LIGHT[0].flops * times
    assert CATALOGUE[name(LIGHT[0].id, times)].flops == probe.flops


def test_there_are_more_operations_than_are_demanded() -> None:
    assert len({probe.id for probe in (*LIGHT, *HEAVY)}) >= 8


@pytest.mark.parametrize("probe", LIGHT, ids=lambda probe: probe.id)
def test_an_operation_has_a_reference_of_the_shape_of_its_data(probe) -> None:
    inputs = probe.inputs(0)
    assert set(probe.data) == set(inputs)
    assert all(np.isfinite(value).all() for value in probe.reference(inputs).values())


def test_a_wait_takes_at_least_what_it_says() -> None:
    import time

    step = waits.wait(2_000_000)
    start = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    step()
    assert time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW) - start >= 2_000_000


def test_twins_of_one_framework_are_timed_in_turns_and_one_after_the_other() -> None:
    jax = tuple(subject for subject in SUBJECTS if subject.name == "jax")
    effort = Effort(jax, (Trial("tanh", 4, 5),), replicates=2)
    found = list(contests(effort, heard))
    assert [(c.tier, c.trial.truth) for c in found] == [("eager", 1.25), ("compiled", 1.25)]
    for contest in found:
        scored = contest.scored()
        assert scored.alternated is not None
        assert scored.sequential is not None
        # A busy machine may leave it open, but 25% more work is never called less.
        assert scored.alternated.ratio > 1
        kept = list(contest.series())
        assert Counter(s.alternated for s in kept) == {True: 4, False: 4}
        assert {s.replicate for s in kept} == {0, 1}
        assert all(len(s.seconds) == len(s.rounds) >= 6 for s in kept)


def of(framework: Framework, tier: Tier) -> tuple[Fault, ...]:
    return tuple(f for f in FAULTS if (f.framework, f.tier) == (framework, tier))


@pytest.mark.parametrize("tier", ["eager", "compiled"])
def test_every_fault_in_jax_is_caught_for_what_it_is(tier: Tier) -> None:
    findings = faults.faults(heard, of("jax", tier))
    missed = [case for case in findings.cases if not case.met]
    assert missed == []
    assert len(findings.cases) == len(of("jax", tier))


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "tier"), [("pytorch", "eager"), ("tensorflow", "compiled")])
def test_every_fault_in_the_others_is_caught_for_what_it_is(
    framework: Framework, tier: Tier
) -> None:
    findings = faults.faults(heard, of(framework, tier))
    assert [case for case in findings.cases if not case.met] == []
    assert len(findings.cases) == len(of(framework, tier))


def test_a_fault_that_is_not_caught_fails_the_selftest() -> None:
    lie = Fault("sound", "jax", "eager", ("wrong_result",))
    findings = faults.faults(heard, [lie])
    assert [case.met for case in findings.cases] == [False]
    assert {f.name: f.value for f in findings.figures}["missed"] == 1.0


def test_what_needs_a_gpu_is_told_and_not_passed_over() -> None:
    findings = faults.concluded([], faults.ELSEWHERE)
    assert all("GPU" in each.reason for each in findings.skipped)


def test_every_fault_of_the_demand_is_injected() -> None:
    demanded = {
        "missing_sync",
        "tf32",
        "retrace",
        "wrong_device",
        "float64",
        "transposed_weight",
        "cached_output",
        "constant_folding",
        "out_of_memory",
        "hang",
        "segfault",
    }
    assert {fault.name for fault in FAULTS} == set(faulty.FAULTS) == demanded | {"sound"}


def test_cutting_a_mantissa_leaves_what_the_units_of_a_gpu_keep() -> None:
    value = np.array([1.0 + 2.0**-10 + 2.0**-12, -3.14159], np.float32)
    cut = faulty._rounded(value, bits=10)
    assert cut[0] == 1.0 + 2.0**-10
    assert cut.dtype == np.float32
    assert (np.abs(cut - value) <= np.abs(value) * 2.0**-10).all()

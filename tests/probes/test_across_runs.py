"""Two runs beside each other: ratios that own up to not being paired, and what is left out."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import measuring
from framework_probes import statistics
from framework_probes.across_runs import Difference, Side, compare
from framework_probes.results import Conditions, Contender, Environment, Result
from framework_probes.statistics import BUSY_RUN_SD, CALM_RUN_SD, Estimate, apart, run_sd

CALM = Conditions(0, 1, 1.0, "pinned", 0, 0.5, pressure=0.1)
PROBES = ("matmul", "dispatch", "softmax")


def side(run: str, factor: float = 1.0, conditions: Conditions | None = CALM) -> Side:
    events = measuring.events(run, PROBES, factor=factor)
    results = [replace(e, conditions=conditions) for e in events if isinstance(e, Result)]
    environments = tuple(e for e in events if isinstance(e, Environment))
    return Side(run, measuring.HOST, measuring.PEAKS, environments, tuple(results))


def test_twice_as_fast_is_faster_and_the_other_way_round_slower() -> None:
    found = compare(side("a"), side("b", 2.0))
    assert [each.verdict for each in found.compared] == ["faster"] * 6
    for each in found.compared:
        assert each.ratio == pytest.approx(2.0)
        assert each.other_seconds == pytest.approx(2 * each.seconds)
    back = compare(side("b", 2.0), side("a"))
    for each, other in zip(found.compared, back.compared, strict=True):
        assert other.verdict == "slower"
        assert other.ratio == pytest.approx(1 / each.ratio)
        assert other.ci95[0] == pytest.approx(1 / each.ci95[1])


def test_what_differs_from_run_to_run_is_in_every_interval() -> None:
    """Blocks that say 0.5% do not make two runs tell 5% apart."""
    for each in compare(side("a"), side("b", 1.05)).compared:
        assert each.verdict == "ambiguous"
        assert math.log(each.ci95[1] / each.ratio) >= 1.96 * CALM_RUN_SD * math.sqrt(2)
    busy = compare(side("a"), side("b", 1.25, replace(CALM, pressure=0.8)))
    unknown = compare(side("a"), side("b", 1.25, None))
    assert {each.verdict for each in busy.compared} == {"ambiguous"}
    assert [each.ci95 for each in unknown.compared] == [each.ci95 for each in busy.compared]
    calm = compare(side("a"), side("b", 1.25))
    assert {each.verdict for each in calm.compared} == {"faster"}


def test_the_whole_is_what_moves_everything_alike() -> None:
    whole = compare(side("a"), side("b", 1.5)).whole
    assert whole is not None
    assert (whole.ratio, whole.of) == (pytest.approx(1.5), 6)
    few = side("a")
    assert compare(replace(few, results=few.results[:5]), side("b")).whole is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"dtype": "bfloat16"}, "another dtype: float32 here, bfloat16 there"),
        ({"shape": "64x64"}, "another shape: 512x512 here, 64x64 there"),
        ({"outcome": "contended", "reason": "busy"}, "in the other run it is contended: busy"),
        ({"outcome": "oom", "time": None}, "in the other run it is oom: no reason was given"),
    ],
)
def test_what_cannot_be_compared_says_why(changes: dict[str, object], why: str) -> None:
    other = side("b")
    changed = replace(other.results[0], **changes)  # type: ignore[arg-type]
    found = compare(side("a"), replace(other, results=(changed, *other.results[1:])))
    (left,) = found.not_compared
    assert (left.probe, left.contender, left.why) == ("matmul", measuring.JAX, why)
    assert len(found.compared) == 5


def test_what_one_run_lacks_is_listed_for_both_sides() -> None:
    one, two = side("a"), side("b")
    found = compare(replace(one, results=one.results[1:]), replace(two, results=two.results[:-1]))
    assert [each.why for each in found.not_compared] == [
        "the other run did not measure it (it is ok in the one that has it)",
        "this run did not measure it (it is ok in the one that has it)",
    ]


def test_both_times_are_of_one_statistic() -> None:
    """3 ms is slow and 2 ms is not: processor time decides for both, as in a pair."""
    fast, slow = side("a"), side("b", 1.6)  # PyTorch: 2 ms and 3.2 ms

    def idle(result: Result) -> Result:
        halves = tuple(replace(b, cpu_quartile_s=b.wall_quartile_s / 2) for b in result.blocks)  # type: ignore[operator]
        return replace(result, blocks=halves)

    found = compare(replace(fast, results=tuple(map(idle, fast.results))), slow)
    ratios = {each.contender: each.ratio for each in found.compared}
    assert ratios[measuring.PYTORCH] == pytest.approx(3.2)
    assert ratios[measuring.JAX] == pytest.approx(1.6)


def test_what_hosts_and_environments_have_not_in_common_is_named() -> None:
    one, two = side("a"), side("b")
    newer = replace(measuring.ENVIRONMENT, packages={"jax": "0.11.0", "jaxlib": "0.11.0"})
    host = replace(measuring.HOST, cores=64, accelerators=("H200",))
    found = compare(one, replace(two, environments=(newer,), host=host, peaks=None)).differences
    assert found == (
        Difference("host cores", "2", "64"),
        Difference("host accelerators", "none", "H200"),
        Difference("peak flops_per_s", "100.0 billion", None),
        Difference("peak bytes_per_s", "10.0 billion", None),
        Difference("jax package jax", "0.10.2", "0.11.0"),
        Difference("jax package jaxlib", None, "0.11.0"),
    )
    alone = compare(one, replace(two, environments=())).differences
    assert alone == (Difference("jax", "measured", None),)
    threads = replace(CALM, threads_asked=8)
    assert compare(one, side("b", conditions=threads)).compared[0].notes == (
        "threads: 1 here, 8 there",
    )
    assert compare(one, two).differences == ()


def test_a_variant_is_another_contender() -> None:
    one, two = side("a"), side("b")
    other = replace(two.results[0], contender=Contender("jax", None, "compiled", "nchw"))
    found = compare(one, replace(two, results=(other, *two.results[1:])))
    assert len(found.compared) == 5
    assert {each.contender.variant for each in found.not_compared} == {None, "nchw"}


positive = st.floats(1e-6, 1e3)
estimates = st.tuples(positive, st.floats(1, 3), st.floats(1, 3)).map(
    lambda drawn: Estimate(drawn[0], drawn[0] / drawn[1], drawn[0] * drawn[2])
)


@given(estimates, estimates, st.floats(0, 0.3), st.floats(0, 0.3))
def test_apart_is_never_narrower_than_either_and_turns_round(
    a: Estimate, b: Estimate, one: float, two: float
) -> None:
    found, back = apart(a, b, (one, two)), apart(b, a, (two, one))
    assert found.value == pytest.approx(b.value / a.value)
    assert found.low <= found.value <= found.high
    assert (found.low, found.high) == (pytest.approx(1 / back.high), pytest.approx(1 / back.low))
    reach = min(math.log(found.high / found.value), math.log(found.value / found.low))
    assert reach >= 1.96 * math.hypot(one, two) * (1 - 1e-9)
    assert found.width >= min(a.width, b.width) * (1 - 1e-9)


def test_with_no_interval_at_all_only_the_runs_differ() -> None:
    exact = Estimate(1.0, 1.0, 1.0)
    found = apart(exact, exact, (CALM_RUN_SD, BUSY_RUN_SD))
    assert math.log(found.high) == pytest.approx(1.96 * math.hypot(CALM_RUN_SD, BUSY_RUN_SD))
    assert run_sd(0.2) == CALM_RUN_SD
    assert run_sd(0.3) == run_sd(None) == BUSY_RUN_SD
    assert statistics.verdict(found) == "ambiguous"

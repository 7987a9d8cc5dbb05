"""Repetition, waits, overhead and other timers: what is concluded of their figures."""

from dataclasses import replace
from pathlib import Path

import pytest

from framework_probes.results import Contender, Pair
from framework_probes.selftests import clock, crosscheck, overhead, repro
from framework_probes.selftests.overhead import Asked
from framework_probes.selftests.report import Figure, Findings, judged

JAX, PYTORCH = Contender("jax", None, "compiled"), Contender("pytorch", None, "compiled")


def values(findings: Findings) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in findings.figures}


def unmet(findings: Findings) -> list[str]:
    return [d.figure for d in judged(findings.figures, findings.bounds) if not d.met]


def pair(probe: str, ratio: float, verdict: str = "faster") -> Pair:
    return Pair(
        run="run_1",
        host="host_1",
        probe=probe,
        dtype="float32",
        device="cpu",
        a=JAX,
        b=PYTORCH,
        ratio=ratio,
        ci95=(ratio * 0.98, ratio * 1.02),
        verdict=verdict,  # type: ignore[arg-type]
        rounds=8,
        replicates=1,
        spread=0.0,
    )


def test_two_runs_are_compared_pair_by_pair_whichever_came_first() -> None:
    first = [pair("matmul", 1.5), pair("dispatch", 2.0), pair("conv_block", 3.0)]
    second = [pair("matmul", 1.5), pair("dispatch", 2.2), pair("conv_block", 3.0)]
    found = values(repro.compared(first, second))
    assert (found["pairs"], found["median"], found["turned"]) == (3.0, 0.0, 0.0)
    assert found["largest"] == pytest.approx(10.0)
    assert found["overlapping"] == pytest.approx(200 / 3)
    assert values(repro.compared(second, first)) == pytest.approx(found)


def test_a_verdict_that_turned_fails_a_repetition() -> None:
    findings = repro.compared([pair("matmul", 1.04)], [pair("matmul", 0.96, verdict="slower")])
    assert [case.met for case in findings.cases] == [False]
    assert unmet(findings) == ["median", "turned"]


def test_pairs_that_only_one_run_has_are_told() -> None:
    findings = repro.compared([pair("matmul", 1.5)], [])
    assert [each.name for each in findings.skipped] == [
        "matmul float32 jax/compiled pytorch/compiled"
    ]
    assert unmet(findings) == ["median", "p90"]


@pytest.mark.parametrize(
    ("length", "seconds", "bad"),
    [
        (0, 160e-9, ["overhead_ns"]),
        (1_000, 1.4e-6, []),
        (100_000, 101.5e-6, ["error_100000_ns"]),
        (1_000_000, 0.98e-3, ["error_1000000_ns"]),
        (10_000_000, None, ["error_10000000_ns"]),
    ],
)
def test_a_wait_that_is_timed_wrong_is_found(
    length: int, seconds: float | None, bad: list[str]
) -> None:
    right = {each: each * 1e-9 for each in clock.LENGTHS} | {0: 40e-9}
    assert unmet(clock.concluded(right)) == []
    assert unmet(clock.concluded(right | {length: seconds})) == bad


def test_a_parent_that_spins_while_it_waits_is_found() -> None:
    assert unmet(overhead.concluded([Asked(0.015, 0.0001, 0.0004)] * 9)) == []
    assert unmet(overhead.concluded([Asked(0.015, 0.0100, 0.0004)] * 9)) == ["waiting"]


def test_timers_that_disagree_are_found() -> None:
    near = {str(n): (1.02, 1.0) for n in range(8)}
    far = near | {"0": (1.06, 1.0)}
    assert unmet(crosscheck.concluded(near, near, ())) == []
    assert unmet(crosscheck.concluded(far, near, ())) == ["torch_timer_largest"]
    shifted = dict.fromkeys(near, (0.96, 1.0))
    assert unmet(crosscheck.concluded(near, shifted, ())) == ["pyperf_median"]


def test_a_timer_that_is_not_there_is_no_pass() -> None:
    findings = crosscheck.concluded({str(n): (1.0, 1.0) for n in range(8)}, {}, ())
    assert unmet(findings) == ["pyperf_operations", "pyperf_median", "pyperf_largest"]
    assert values(findings)["pyperf_median"] is None


def test_a_script_that_fails_says_why(tmp_path: Path) -> None:
    child = crosscheck._Child(tmp_path / "rivals", None)
    with pytest.raises(crosscheck.Unavailable, match="no_such_operation"):
        child.timer(["no_such_operation"])


def test_each_figure_has_a_meaning() -> None:
    made = [Figure("a", 1.0, "%", "something")]
    for findings in (
        repro.compared([pair("matmul", 1.0)], [replace(pair("matmul", 1.0), run="run_2")]),
        clock.concluded({each: each * 1e-9 for each in clock.LENGTHS}),
        overhead.concluded(()),
        crosscheck.concluded({}, {}, ()),
    ):
        made += findings.figures
    assert all(figure.meaning for figure in made)

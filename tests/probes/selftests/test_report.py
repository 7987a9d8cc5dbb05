"""A report says passed only where everything that was demanded is met and known."""

import pytest

from framework_probes.selftests.report import Case, Figure, Findings, Report, concluded, here
from framework_probes.serialization import from_line, to_line

SPEED = Figure("speed", 3.0, "%", "of something")
MISSING = Figure("missing", None, "%", "that could not be had")
MET = Case("a", "ok", "ok", met=True)
MISSED = Case("b", "ok", "crash", met=False)


def status(*figures: Figure, cases: tuple[Case, ...] = (), **bounds: tuple) -> str:
    return report(Findings(figures, bounds, cases)).status


def report(findings: Findings) -> Report:
    return concluded("made_up", "2026-11-23", 1.5, here(), findings)


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ((None, 5.0), "passed"),
        ((None, 2.0), "failed"),
        ((3.0, 3.0), "passed"),
        ((4.0, None), "failed"),
    ],
)
def test_a_figure_is_held_against_its_demand(bound: tuple, expected: str) -> None:
    assert status(SPEED, speed=bound) == expected


def test_a_demand_on_a_figure_that_is_missing_is_no_pass() -> None:
    assert status(SPEED, MISSING, speed=(None, 5.0), missing=(None, 5.0)) == "failed"


def test_nothing_tried_is_not_run_and_no_pass() -> None:
    assert status(MISSING, missing=(None, 5.0)) == "not_run"
    assert status() == "not_run"


def test_one_case_that_is_not_met_fails_the_selftest() -> None:
    assert status(SPEED, cases=(MET,), speed=(None, 5.0)) == "passed"
    assert status(SPEED, cases=(MET, MISSED), speed=(None, 5.0)) == "failed"


def test_a_demand_on_a_figure_that_nobody_hands_in_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="sped"):
        status(SPEED, sped=(None, 5.0))


def test_a_report_travels_as_one_line() -> None:
    made = report(Findings((SPEED, MISSING), {"speed": (None, 5.0)}, (MET,), settings={"a": "b"}))
    assert from_line(to_line(made), (Report,)) == made
    assert made.where.settings["a"] == "b"
    assert made.where.settings["OMP_NUM_THREADS"] == "1"

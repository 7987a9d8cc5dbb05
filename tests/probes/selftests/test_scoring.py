"""A verdict is right, wrong or open, by what is true of the twins."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_probes.results import Verdict
from framework_probes.selftests.aa import concluded as aa
from framework_probes.selftests.power import concluded as power
from framework_probes.selftests.report import Figure
from framework_probes.selftests.scoring import Answer, Scored, by_interval, error, of_other, score

VERDICTS: tuple[Verdict, ...] = ("faster", "slower", "same", "ambiguous")


def answer(verdict: Verdict = "same", ratio: float = 1.0, withheld: str | None = None) -> Answer:
    return Answer(ratio, ratio * 0.99, ratio * 1.01, verdict, withheld)


def scored(
    verdict: Verdict, truth: float = 1.0, ratio: float = 1.0, sequential: Answer | None = None
) -> Scored:
    return Scored("jax", "tanh", "eager", truth, answer(verdict, ratio), sequential)


def values(figures: tuple[Figure, ...]) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in figures}


@pytest.mark.parametrize(
    ("truth", "right"), [(1.0, "same"), (1.02, "same"), (1.25, "faster"), (0.8, "slower")]
)
def test_one_verdict_is_right_ambiguous_is_none_and_the_others_are_wrong(
    truth: float, right: Verdict
) -> None:
    for verdict in VERDICTS:
        expected = {right: "right", "ambiguous": "ambiguous"}.get(verdict, "wrong")
        assert score(answer(verdict), truth) == expected


def test_a_verdict_that_is_withheld_is_never_wrong() -> None:
    assert score(answer("faster", withheld="contended: busy"), 1.0) == "withheld"
    assert by_interval(answer("faster", withheld="contended: busy"), 1.0) == "wrong"


@given(st.floats(0.1, 10.0), st.floats(0.1, 10.0))
def test_an_error_is_the_same_upwards_and_downwards(ratio: float, truth: float) -> None:
    there, back = error(answer(ratio=ratio), truth), error(answer(ratio=truth), ratio)
    assert there == pytest.approx(back)
    assert there >= 0


def test_a_figure_as_a_share_of_nothing() -> None:
    assert of_other(2.0, 4.0) == 0.5
    assert of_other(0.0, 0.0) == 0.0
    assert of_other(3.0, 0.0) == 3.0
    assert of_other(None, 4.0) is None


def test_equal_twins_called_faster_are_counted_and_named() -> None:
    found = aa([*[scored("same")] * 19, scored("faster", ratio=1.05)], stressed=False)
    assert values(found.figures)["wrong"] == pytest.approx(5.0)
    assert [(case.name, case.note) for case in found.cases] == [("jax eager tanh", "wrong verdict")]


def test_a_true_1_25_left_open_is_no_mistake_of_equal_twins() -> None:
    longer = [scored("ambiguous", 1.25, 1.2), *[scored("faster", 1.25, 1.25)] * 3]
    found = values(aa([scored("same"), *longer], stressed=False).figures)
    assert (found["missed_1_25"], found["seen_1_25"]) == (25.0, 75.0)
    assert (found["comparisons"], found["wrong"], found["p95_error"]) == (1.0, 0.0, 0.0)


def test_ours_is_set_against_the_sequential_protocol_of_the_same_twins() -> None:
    twins = [scored("same", ratio=1.01, sequential=answer("faster", 1.1))] * 20
    found = values(aa(twins, stressed=False).figures)
    assert found["sequential_wrong"] == 100.0
    assert found["wrong_of_sequential"] == 0.0
    assert found["error_of_sequential"] == pytest.approx(0.1)


def test_under_stress_only_mistakes_count() -> None:
    found = aa([scored("ambiguous", ratio=1.3)], stressed=True)
    assert set(found.bounds) == {"comparisons", "operations", "wrong"}
    assert values(found.figures)["wrong"] == 0.0


@pytest.mark.parametrize(("stressed", "least"), [(False, 90.0), (True, 80.0)])
def test_what_does_more_work_must_be_found(stressed: bool, least: float) -> None:
    twins = [*[scored("faster", 1.1, 1.1)] * 9, scored("ambiguous", 1.1, 1.06)]
    found = power(twins, stressed=stressed)
    assert values(found.figures)["found"] == 90.0
    assert found.bounds == {"found": (least, None)}
    assert [case.note for case in found.cases] == ["not found"]


def test_who_could_not_be_measured_is_told() -> None:
    lost = Scored("jax", "tanh", "eager", 1.0, None, reason="crash: SIGSEGV")
    found = aa([lost], stressed=False)
    assert [(each.name, each.reason) for each in found.skipped] == [
        ("jax eager tanh", "crash: SIGSEGV")
    ]
    assert values(found.figures)["wrong"] is None
    assert math.isclose(values(found.figures)["comparisons"] or 0.0, 0.0)

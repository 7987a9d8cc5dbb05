"""Measured ratios: when they apply, why not, and what they do."""

from datetime import timedelta

import pytest

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.distributions import Clipped
from framework_advisor.decision.measured_values import (
    MeasuredValues,
    measurement_rows,
    reconcile,
)
from framework_advisor.decision.measurements import MeasuredTime, Measurements
from framework_advisor.decision.requirements import Stack
from framework_advisor.recommendation import Decision
from framework_knowledge.models import Piece
from worlds import CNN_STEP, TODAY, contender, everywhere, inverted, measured, world

LEVELS = dict.fromkeys(("pytorch", "tensorflow", "keras", "jax"), "middling")
CPU = {
    "stage": "research",
    "workload": {"family": "cnn", "custom_research_code": False},
    "platform": {"accelerators": ["none"]},
    "targets": [],
    "team": {"skills": dict.fromkeys(LEVELS, 0.5)},
    "preferences": {"ranking": ["training_speed"]},
}
SECONDS = {"pytorch": 0.004, "tensorflow": 0.008, "jax": 0.016, "keras:jax": 0.032}


def answer(measurements: Measurements, **changes: object) -> Decision:
    return decide(
        Profile.model_validate(CPU | changes),
        world(everywhere(LEVELS)),
        measurements,
        engine_version="test",
    )


def training_speed(decision: Decision, framework: str) -> tuple[float, str]:
    row = next(r for r in decision.ranking if r.framework == framework)
    found = next(c for c in row.contributions if c.criterion == "training_speed")
    return found.value, found.basis


def test_ratios_of_the_host_decide_speed_and_are_cited() -> None:
    out = answer(measured(SECONDS))
    assert out.verdict.framework == "pytorch"
    value, basis = training_speed(out, "pytorch")
    assert basis == "measured"
    # 4 ms against a reference of 1 ms: two of eight octaves away from the best.
    assert value == pytest.approx(0.75, abs=0.01)
    applied = [row for row in out.measurements if row.applied]
    assert len(applied) == 6
    assert all(row.id in out.evidence for row in applied)
    assert out.evidence[applied[0].id].ci95 == applied[0].ci95


def test_inverting_every_ratio_changes_the_pick() -> None:
    measurements = measured(SECONDS)
    before, after = answer(measurements), answer(inverted(measurements))
    assert before.verdict.framework == "pytorch"
    assert after.verdict.framework == "keras"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"platform": {"accelerators": ["nvidia"]}}, "trains on nvidia"),
        ({"platform": {"accelerators": ["tpu"]}}, "trains on tpu"),
        ({"platform": {}}, "leaves platform.accelerators open"),
        ({"workload": {"family": "cnn", "model": {"dtype": "bfloat16"}}}, "bfloat16"),
        ({"workload": {"family": "llm"}}, "too little"),
        ({"workload": {"family": "cnn", "custom_research_code": True}}, "usually run eager"),
    ],
)
def test_what_does_not_match_is_listed_with_the_reason_and_moves_nothing(
    changes: dict[str, object], says: str
) -> None:
    out = answer(measured(SECONDS), **changes)
    assert out.measurements
    assert not any(row.applied for row in out.measurements)
    assert all(says in (row.why_not or "") for row in out.measurements)
    assert training_speed(out, "pytorch") == training_speed(
        answer(Measurements(), **changes), "pytorch"
    )


@pytest.mark.parametrize(
    ("days_later", "evidence", "says"),
    [
        (-1, {}, "after the day that is asked about"),
        (0, {}, None),
        (30, {"max_age_days": 30}, None),
        (31, {"max_age_days": 30}, "31 days ago; the profile allows 30"),
    ],
)
def test_a_measurement_counts_from_its_day_until_it_is_too_old(
    days_later: int, evidence: dict[str, object], says: str | None
) -> None:
    profile = Profile.model_validate(CPU | {"evidence": evidence})
    asked = world().model_copy(update={"as_of": TODAY + timedelta(days=days_later)})
    (reason,) = {row.why_not for row in measurement_rows(profile, measured(SECONDS), asked)}
    assert reason is None if says is None else says in (reason or "")


def test_without_measurements_it_says_so_and_names_a_probe() -> None:
    out = answer(Measurements(catalogue=(CNN_STEP,)))
    assert "no probe run" in next(u.why for u in out.unknown if u.requirement == "measured speed")
    assert "cnn_train_step" in {e.probe for e in out.next_evidence}


def test_an_applied_probe_is_not_asked_for_again() -> None:
    assert "cnn_train_step" not in {e.probe for e in answer(measured(SECONDS)).next_evidence}


def test_an_ambiguous_pair_moves_nothing_apart() -> None:
    out = answer(measured({"pytorch": 0.004, "jax": 0.0048}, verdict="ambiguous"))
    assert training_speed(out, "pytorch")[0] == pytest.approx(
        training_speed(out, "jax")[0], abs=0.005
    )


def test_a_wider_interval_widens_the_answer() -> None:
    def width(half: float) -> float:
        row = answer(measured(SECONDS, half_width=half)).ranking[0]
        return row.value.p95 - row.value.p05

    assert width(0.9) > width(0.01)


def test_reconciled_times_keep_the_measured_ratios() -> None:
    (probe,) = measured(SECONDS).probes
    times = reconcile(probe)
    gap = times[contender("jax")].centre - times[contender("pytorch")].centre
    assert gap == pytest.approx(2.0, abs=0.01)


def test_a_wrong_result_is_a_fact_about_the_framework() -> None:
    (probe,) = measured(SECONDS).probes
    wrong = tuple(
        t.model_copy(update={"outcome": "wrong_result", "seconds": None})
        if t.contender.framework == "tensorflow"
        else t
        for t in probe.times
    )
    kept = tuple(p for p in probe.pairs if "tensorflow" not in p.id)
    broken = probe.model_copy(update={"times": wrong, "pairs": kept})
    out = answer(Measurements(probes=(broken,)))
    assert training_speed(out, "tensorflow") == (0, "measured")
    row = next(r for r in out.ranking if r.framework == "tensorflow")
    (cited,) = next(c.evidence for c in row.contributions if c.criterion == "training_speed")
    assert "wrong_result" in out.evidence[cited].statement


def test_a_crash_leaves_the_framework_to_its_documents() -> None:
    (probe,) = measured(SECONDS).probes
    crashed = tuple(
        t.model_copy(update={"outcome": "crash", "seconds": None})
        if t.contender.framework == "tensorflow"
        else t
        for t in probe.times
    )
    kept = tuple(p for p in probe.pairs if "tensorflow" not in p.id)
    broken = probe.model_copy(update={"times": crashed, "pairs": kept})
    out = answer(Measurements(probes=(broken,)))
    assert training_speed(out, "tensorflow")[1] == "documented"
    (said,) = [u for u in out.unknown if u.requirement == "measured speed"]
    assert (said.stack, said.resolve_by) == ("tensorflow", "probe")
    assert "crash" in said.why


def test_the_tier_that_is_seldom_run_does_not_stand_for_the_one_that_came_to_nothing() -> None:
    (probe,) = measured(SECONDS, tier="eager").probes
    unstable = tuple(
        MeasuredTime(
            id=f"res_{subject}",
            contender=contender(subject, "compiled"),
            outcome="unstable",
            reason="its halves differ",
            environment="env",
        )
        for subject in ("pytorch", "tensorflow")
    )
    traced = Piece(
        id="traced",
        kind="execution",
        subjects=("tensorflow",),
        compiled=True,
        everyday=True,
        choice="tf.function",
        why="so it is run",
        maturity="current",
    )
    out = decide(
        Profile.model_validate(CPU),
        world(everywhere(LEVELS), pieces=(traced,)),
        Measurements(probes=(probe.model_copy(update={"times": (*probe.times, *unstable)}),)),
        engine_version="test",
    )
    assert training_speed(out, "tensorflow")[1] == "documented"
    assert training_speed(out, "pytorch")[1] == "measured"


def test_a_time_without_a_pair_is_still_traced_to_its_measurement() -> None:
    (probe,) = measured(SECONDS).probes
    alone = probe.model_copy(update={"times": probe.times[:1], "pairs": ()})
    out = answer(Measurements(probes=(alone,)))
    assert training_speed(out, "pytorch")[1] == "measured"
    row = next(r for r in out.ranking if r.framework == "pytorch")
    (cited,) = next(c.evidence for c in row.contributions if c.criterion == "training_speed")
    assert out.evidence[cited].value == SECONDS["pytorch"]


def test_an_exact_time_still_leaves_the_distance_from_a_probe_to_real_work() -> None:
    profile = Profile.model_validate(CPU)
    exact = MeasuredValues(profile, measured(SECONDS, half_width=1e-6), world())
    found = exact.belief(Stack("pytorch", "pytorch"), "training_speed", "cpu", "compiled")
    assert isinstance(found, Clipped)
    # 0.35 of the eight octaves that span the scale.
    assert found.spread == pytest.approx(0.35 / 8, rel=0.01)


def test_a_probe_in_another_dtype_is_not_what_is_asked_for_next() -> None:
    changes = {"workload": {"family": "cnn", "model": {"dtype": "bfloat16"}}}
    out = answer(Measurements(catalogue=(CNN_STEP,)), **changes)
    assert "cnn_train_step" not in {e.probe for e in out.next_evidence}


def test_own_code_is_judged_by_how_each_framework_usually_runs() -> None:
    own = Profile.model_validate(
        CPU | {"workload": {"family": "cnn", "custom_research_code": True}}
    )
    jit = Piece(
        id="jit",
        kind="execution",
        subjects=("jax", "keras:jax"),
        compiled=True,
        everyday=True,
        choice="jit",
        why="so it is run",
        maturity="current",
    )
    rows = measurement_rows(own, measured(SECONDS), world(pieces=(jit,)))
    applied = {(row.a.framework, row.b.framework) for row in rows if row.applied}
    assert applied == {("jax", "keras")}


def test_eager_times_count_where_compiling_is_open() -> None:
    rows = measurement_rows(Profile.model_validate(CPU), measured(SECONDS, tier="eager"), world())
    assert all(row.applied for row in rows)

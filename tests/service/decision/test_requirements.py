"""Who is ruled out, who is not, and of whom it is not known."""

from datetime import date

import pytest

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.circumstances import applies
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.requirements import UNKNOWN_MET, Stack, active_gates, doubts
from framework_advisor.recommendation import Decision
from framework_knowledge import load
from framework_knowledge.models import Circumstances
from worlds import everywhere, gate, world

LEVELS = {"pytorch": "best", "tensorflow": "middling", "keras": "fair", "jax": "poor"}


def answer(*gates: object, **profile: object) -> Decision:
    snapshot = world(everywhere(LEVELS), gates=gates)
    return decide(
        Profile(stage="research", **profile),
        snapshot,
        Measurements(),
        engine_version="test",
        draws=500,
    )


def ranked(decision: Decision) -> set[str]:
    return {row.framework for row in decision.ranking}


#: For each circumstance that a statement may name: a value, and a profile that meets it.
CIRCUMSTANCES = {
    "targets": (("browser",), {"targets": ["browser"]}),
    "accelerators": (("tpu",), {"platform": {"accelerators": ["tpu"]}}),
    "os": (("macos",), {"platform": {"os": ["macos"]}}),
    "families": (("gnn",), {"workload": {"family": "gnn"}}),
    "scale": (("multi_node",), {"scale": {"training_nodes": 4}}),
    "stages": (("education",), {"stage": "education"}),
    "cloud": (("aws",), {"platform": {"cloud": ["aws"]}}),
    "python_min": ("3.14", {"platform": {"python": "3.14"}}),
    "python_max": ("3.10", {"platform": {"python": "3.10"}}),
    "npu": (True, {"serving": {"npu": True}}),
    "untrusted_models": (True, {"constraints": {"untrusted_models": True}}),
    "vendor_patched_image": (True, {"constraints": {"vendor_patched_image": True}}),
    "beginners": (True, {"team": {"beginners": True}}),
    "pretrained": (True, {"team": {"pretrained": True}}),
    "custom_research_code": (True, {"workload": {"custom_research_code": True}}),
    "artefact_years_min": (2.0, {"constraints": {"artefact_years": 2}}),
}


def test_every_circumstance_is_tried_here() -> None:
    assert set(CIRCUMSTANCES) == set(Circumstances.model_fields)


@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_a_circumstance_matches_the_profile_that_meets_it_and_no_silent_one(name: str) -> None:
    value, meeting = CIRCUMSTANCES[name]
    when = Circumstances.model_validate({name: value})
    assert applies(when, Profile.model_validate({"stage": "research"} | meeting))
    assert not applies(when, Profile(stage="research"))


def test_a_failed_gate_rules_a_framework_out_with_its_reason() -> None:
    windows = gate("windows", {"pytorch": "fail"}, os=("windows",))
    out = answer(windows, platform={"os": ["windows"]})
    assert "pytorch" not in ranked(out)
    (exclusion,) = [e for e in out.excluded if e.framework == "pytorch"]
    assert (exclusion.requirement, exclusion.why) == ("requirement windows", "pytorch fail")
    assert exclusion.evidence[0] in out.evidence


def test_a_gate_is_silent_where_its_circumstances_are_not_given() -> None:
    windows = gate("windows", {"pytorch": "fail"}, os=("windows",))
    assert "pytorch" in ranked(answer(windows, platform={"os": ["linux"]}))
    assert "pytorch" in ranked(answer(windows))


def test_a_wish_is_no_requirement() -> None:
    browser = gate("browser", {"pytorch": "fail"}, targets=("browser",))
    assert "pytorch" not in ranked(answer(browser, targets=["browser"]))
    wish = [{"kind": "browser", "required": False}]
    assert "pytorch" in ranked(answer(browser, targets=wish))


def test_keras_loses_only_the_backend_that_fails() -> None:
    tpu = gate("tpu", {"pytorch": "fail"}, accelerators=("tpu",))
    out = answer(tpu, platform={"accelerators": ["tpu"]})
    keras = next(row for row in out.ranking if row.framework == "keras")
    stacks = {keras.stack, *(a.stack for a in keras.alternatives)}
    assert stacks == {"keras:jax", "keras:tensorflow"}
    assert {e.stack for e in out.excluded if e.framework == "keras"} == {"keras:pytorch"}


def test_what_is_said_of_keras_outweighs_what_its_backend_fails() -> None:
    micro = gate("micro", {"jax": "fail", "keras": "pass"}, targets=("microcontroller",))
    out = answer(micro, targets=["microcontroller"])
    keras = next(row for row in out.ranking if row.framework == "keras")
    assert "keras:jax" in {keras.stack, *(a.stack for a in keras.alternatives)}
    assert "jax" not in ranked(out)


def test_unknown_stays_in_and_is_said() -> None:
    tpu = gate("tpu", {"tensorflow": "unknown"}, accelerators=("tpu",))
    out = answer(tpu, platform={"accelerators": ["tpu"]})
    assert "tensorflow" in ranked(out)
    assert ("tensorflow", "requirement tpu") in {(u.stack, u.requirement) for u in out.unknown}


def test_barred_as_pick_and_as_backend() -> None:
    out = answer(must_not_use=["pytorch"])
    assert "pytorch" not in ranked(out)
    keras = next(row for row in out.ranking if row.framework == "keras")
    assert "keras:pytorch" not in {keras.stack, *(a.stack for a in keras.alternatives)}


def test_leaving_a_framework_rules_it_out() -> None:
    assert "tensorflow" not in ranked(answer(team={"leaving": ["tensorflow"]}))


def test_nothing_feasible_says_so_and_which_requirement_to_drop() -> None:
    micro = gate("micro", {"jax": "fail"}, targets=("microcontroller",))
    out = answer(micro, targets=["microcontroller"], must_use=["jax"])
    assert out.verdict.status == "infeasible"
    assert out.verdict.framework is None
    assert out.ranking == ()
    dropped = {f.requirement: f.new_pick for f in out.flips if f.kind == "requirement"}
    assert dropped["requirement micro"] == "jax"


def asked_in_2018(**profile: object) -> Decision:
    snapshot = load().snapshot(date(2018, 7, 1))
    return decide(
        Profile(stage="research", **profile), snapshot, Measurements(), engine_version="test"
    )


@pytest.mark.parametrize("field", ["candidates", "must_use"])
def test_a_framework_that_nobody_knew_then_is_ruled_out_with_that_reason(field: str) -> None:
    told = asked_in_2018(**{field: ["jax"]})
    assert told.verdict.status == "infeasible"
    (reason,) = [out for out in told.excluded if out.framework == "jax"]
    assert reason.requirement == "known on that day"
    assert reason.why == "nothing was known of jax on 2018-07-01"
    assert reason.evidence == ()


def test_the_past_does_not_speak_of_a_framework_that_nobody_asked_for() -> None:
    told = asked_in_2018()
    assert told.verdict.framework is not None
    assert "jax" not in {out.framework for out in told.excluded}
    assert "jax" not in {out.framework for out in asked_in_2018(candidates=["pytorch"]).excluded}


def test_what_is_not_known_to_be_met_is_met_in_half_of_the_draws() -> None:
    open_ = gate("edge", {"pytorch": "unknown"}, targets=("edge_tpu",))
    asked = answer(open_, targets=["edge_tpu"])
    told = answer(gate("edge", {"pytorch": "pass"}, targets=("edge_tpu",)), targets=["edge_tpu"])
    row = {r.framework: r for r in asked.ranking}
    passed = {r.framework: r for r in told.ranking}
    assert row["pytorch"].feasibility == UNKNOWN_MET
    assert row["pytorch"].value.mean == pytest.approx(UNKNOWN_MET * passed["pytorch"].value.mean)
    assert row["pytorch"].value.p05 == 0.0
    # A value stays on its scale; the doubt stands beside it.
    assert [c.value for c in row["pytorch"].contributions] == [
        c.value for c in passed["pytorch"].contributions
    ]
    assert row["jax"].value == passed["jax"].value


def test_keras_shares_the_doubt_of_its_backend() -> None:
    open_ = gate("edge", {"tensorflow": "unknown"}, targets=("edge_tpu",))
    snapshot = world(gates=(open_,))
    profile = Profile(stage="research", targets=["edge_tpu"])
    gates = active_gates(profile, snapshot)
    own = doubts(gates, Stack("tensorflow", "tensorflow"))
    assert own == doubts(gates, Stack("keras", "tensorflow")) != ()
    assert doubts(gates, Stack("keras", "jax")) == ()


def test_a_draw_in_which_nothing_works_is_nobodys_win() -> None:
    alone = answer(gate("chip", {"jax": "unknown"}), candidates=["jax"])
    assert alone.verdict.framework == "jax"
    assert alone.verdict.status == "toss_up"
    assert alone.verdict.p_best == pytest.approx(UNKNOWN_MET, abs=0.05)
    assert "not known" in alone.verdict.why
    every = {"jax": "unknown", "pytorch": "unknown"}
    two = answer(gate("chip", every), candidates=["jax", "pytorch"])
    firsts = [row.rank_acceptability[0] for row in two.ranking]
    assert sum(firsts) == pytest.approx(1 - UNKNOWN_MET**2, abs=0.05)


def test_dropping_a_requirement_in_doubt_may_change_the_pick() -> None:
    out = answer(gate("edge", {"pytorch": "unknown"}))
    assert out.verdict.framework != "pytorch"
    assert ("drop", "requirement edge", "pytorch") in [
        (f.change, f.requirement, f.new_pick) for f in out.flips if f.kind == "requirement"
    ]

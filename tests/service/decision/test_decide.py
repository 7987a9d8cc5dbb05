"""Properties that hold for every answer."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.recommendation import Decision
from profiles import profiles
from worlds import ANCHORS, claim, everywhere, gate, measured, world

LEVELS = {"pytorch": "fair", "tensorflow": "middling", "keras": "fair", "jax": "poor"}
SNAPSHOT = world(
    (
        *everywhere(LEVELS),
        claim("phone", "deployment", {"jax": "worst", "keras": "best"}, targets=("android",)),
        claim("tpu", "accelerator_support", {"jax": "best"}, accelerators=("tpu",)),
    ),
    gates=(
        gate("windows", {"jax": "fail"}, os=("windows",)),
        gate("edge", {"pytorch": "unknown"}, targets=("edge_tpu",)),
    ),
)
MEASURED = measured({"pytorch": 0.004, "tensorflow": 0.008, "jax": 0.016, "keras:jax": 0.02})
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answer(profile: Profile, snapshot: object = SNAPSHOT, draws: int = 400) -> Decision:
    return decide(profile, snapshot, MEASURED, engine_version="test", draws=draws)


@few
@given(profiles)
def test_the_same_question_gives_the_same_bytes(profile: Profile) -> None:
    assert answer(profile).model_dump_json() == answer(profile).model_dump_json()


@few
@given(profiles)
def test_contributions_add_up_and_lead_to_evidence(profile: Profile) -> None:
    out = answer(profile)
    for row in out.ranking:
        summed = sum(c.weight * c.value for c in row.contributions)
        assert row.feasibility * summed == pytest.approx(row.value.mean)
        assert {c.criterion for c in row.contributions} == set(CRITERIA)
        for c in row.contributions:
            assert (c.basis == "unknown") == (not c.evidence)
            assert set(c.evidence) <= set(out.evidence)


@few
@given(profiles)
def test_rank_shares_are_probabilities(profile: Profile) -> None:
    out = answer(profile)
    table = np.array([row.rank_acceptability for row in out.ranking])
    np.testing.assert_allclose(table.sum(axis=0), 1.0)
    np.testing.assert_allclose(table.sum(axis=1), 1.0)
    assert out.verdict.p_best == pytest.approx(table[0, 0])
    assert [r.value.mean for r in out.ranking] == sorted(
        (r.value.mean for r in out.ranking), reverse=True
    )


@few
@given(profiles)
def test_every_fact_flip_applied_changes_the_pick_as_stated(profile: Profile) -> None:
    out = answer(profile)
    for flip in out.flips:
        if flip.kind == "fact":
            claims = tuple(
                c.model_copy(update={"values": {**c.values, flip.framework: flip.to}})
                if c.id == flip.evidence
                else c
                for c in SNAPSHOT.claims
            )
            changed = answer(profile, SNAPSHOT.model_copy(update={"claims": claims}))
            assert changed.verdict.framework == flip.new_pick


@few
@given(profiles, st.sampled_from(CRITERIA[:18]), st.integers(0, 3))
def test_improving_a_fact_never_lowers_the_framework_it_is_about(
    profile: Profile, criterion: str, level: int
) -> None:
    def mean(anchor: str) -> float:
        extra = claim("extra", criterion, {"pytorch": anchor}, grade="secondary")
        snapshot = SNAPSHOT.model_copy(update={"claims": (*SNAPSHOT.claims, extra)})
        return next(
            r for r in answer(profile, snapshot).ranking if r.framework == "pytorch"
        ).value.mean

    assert mean(ANCHORS[level + 1]) >= mean(ANCHORS[level])


@few
@given(profiles)
def test_a_candidate_that_is_dominated_never_changes_the_pick(profile: Profile) -> None:
    out = answer(profile)
    dominated = [r.framework for r in out.ranking if r.dominated_by]
    for name in dominated:
        left = [f for f in LEVELS if f != name]
        fewer = answer(profile.model_copy(update={"candidates": tuple(left)}))
        assert fewer.verdict.framework == out.verdict.framework


@few
@given(profiles)
def test_every_requirement_dropped_changes_the_pick_as_stated(profile: Profile) -> None:
    out = answer(profile)
    for flip in out.flips:
        if flip.kind == "requirement" and flip.requirement == "requirement windows":
            gates = () if flip.change == "drop" else (gate("windows", {"jax": "fail"}),)
            changed = answer(profile, SNAPSHOT.model_copy(update={"gates": gates}))
            assert changed.verdict.framework == flip.new_pick


def test_what_is_stated_and_not_judged_is_said() -> None:
    out = answer(Profile(stage="production", workload={"model": {"layers": 12}}))
    field = "/workload/model/layers"
    assert field in {u.field for u in out.unknown}
    assert field not in {u.field for u in answer(Profile(stage="production")).unknown}


def test_the_answer_carries_the_profile_as_it_was_given() -> None:
    given_ = {"stage": "research", "evidence": {"probe_run": None}}
    out = json.loads(answer(Profile.model_validate(given_)).model_dump_json())
    assert out["profile"] == given_


def test_the_seed_moves_the_draws_and_not_the_facts() -> None:
    a, b = (answer(Profile(stage="research", seed=s), draws=4000) for s in (1, 2))
    assert a.verdict.p_best != b.verdict.p_best
    assert a.verdict.p_best == pytest.approx(b.verdict.p_best, abs=0.05)


def test_the_standard_error_of_p_best_is_small_enough() -> None:
    out = decide(Profile(stage="research"), SNAPSHOT, Measurements(), engine_version="test")
    assert out.verdict.p_best_se is not None
    assert out.verdict.p_best_se <= 0.005


def test_what_the_profile_leaves_open_is_named_with_its_prior() -> None:
    fields = {i.field: i.prior for i in answer(Profile(stage="research")).inferred}
    assert {"/targets", "/platform/accelerators", "/workload/family", "/team/skills"} <= set(fields)
    assert all(sum(prior.values()) == pytest.approx(1) for prior in fields.values())
    told = answer(Profile(stage="research", targets=["browser"]))
    assert "/targets" not in {i.field for i in told.inferred}


def test_with_nothing_known_the_evidence_is_called_insufficient() -> None:
    out = answer(Profile(stage="research"), world())
    assert out.verdict.status == "insufficient_evidence"


def test_a_better_framework_everywhere_is_clear() -> None:
    levels = LEVELS | {"pytorch": "best", "keras": "poor", "tensorflow": "poor"}
    out = answer(Profile(stage="research"), world(everywhere(levels)))
    assert (out.verdict.status, out.verdict.framework) == ("clear", "pytorch")


def test_answering_an_open_question_is_worth_what_it_decides() -> None:
    snapshot = world(
        (
            claim(
                "web",
                "deployment",
                {"tensorflow": "best", "pytorch": "worst"},
                targets=("browser",),
            ),
            claim("any", "deployment", {"tensorflow": "worst", "pytorch": "best"}),
        )
    )
    profile = Profile(
        stage="production",
        candidates=["pytorch", "tensorflow"],
        preferences={"swings": dict.fromkeys(CRITERIA, 0) | {"deployment": 100}},
    )
    gains = {e.field: e.expected_gain for e in answer(profile, snapshot, 4000).next_evidence}
    # The prior gives the browser 5%: knowing would mend just those draws.
    assert gains["/targets"] == pytest.approx(0.05, abs=0.02)

"""Each kind of flip, in a world in which the answer is known."""

import pytest

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.recommendation import Decision
from framework_knowledge.models import Claim, Gate
from worlds import claim, gate, world


def answer(
    claims: tuple[Claim, ...],
    gates: tuple[Gate, ...] = (),
    swings: dict[str, float] | None = None,
    **profile: object,
) -> Decision:
    asked = Profile.model_validate(
        {
            "stage": "research",
            "candidates": ["pytorch", "jax"],
            "targets": [],
            "preferences": {
                "swings": dict.fromkeys(CRITERIA, 0) | (swings or {"longevity": 60, "security": 40})
            },
        }
        | profile
    )
    return decide(asked, world(claims, gates=gates), Measurements(), engine_version="test")


OPPOSED = (
    claim("long", "longevity", {"pytorch": "fair", "jax": "poor"}),
    claim("safe", "security", {"pytorch": "poor", "jax": "fair"}),
)


def test_a_weight_flips_where_both_sides_are_level() -> None:
    out = answer(OPPOSED)
    assert out.verdict.framework == "pytorch"
    flips = {f.criterion: f for f in out.flips if f.kind == "weight"}
    # Equal and opposite differences: the tie is at half and half.
    assert flips["longevity"].to == pytest.approx(0.5, abs=0.01)
    assert flips["longevity"].from_ == pytest.approx(0.6, abs=0.01)
    assert flips["security"].to == pytest.approx(0.5, abs=0.01)
    assert {f.new_pick for f in flips.values()} == {"jax"}


def test_the_smallest_step_of_a_fact_that_flips_is_named_and_does() -> None:
    out = answer(OPPOSED)
    flips = {(f.evidence, f.framework): f for f in out.flips if f.kind == "fact"}
    assert set(flips) == {("long", "pytorch"), ("long", "jax")}
    assert (flips["long", "pytorch"].from_, flips["long", "pytorch"].to) == ("fair", "middling")
    assert {f.new_pick for f in flips.values()} == {"jax"}


def test_a_fact_said_in_general_counts_whole_where_the_target_is_open() -> None:
    claims = (
        claim("p", "deployment", {"pytorch": "fair"}),
        claim("j", "deployment", {"jax": "middling"}),
    )
    out = answer(claims, swings={"deployment": 100}, targets=None)
    flips = {f.evidence: f.to for f in out.flips if f.kind == "fact"}
    # One level down leaves a tie in the facts; the draws decide it, two levels are certain.
    assert flips["p"] in {"middling", "poor"}
    assert flips["j"] in {"fair", "best"}


def test_a_fact_about_one_backend_does_not_flip_what_another_backend_holds() -> None:
    claims = (
        claim("k1", "longevity", {"keras:jax": "best"}),
        claim("k2", "longevity", {"keras:pytorch": "best", "keras:tensorflow": "best"}),
        claim("p", "longevity", {"pytorch": "middling"}),
    )
    out = answer(claims, swings={"longevity": 100}, candidates=["pytorch", "keras"])
    assert out.verdict.framework == "keras"
    about_keras = [f for f in out.flips if f.kind == "fact" and f.framework.startswith("keras")]
    assert about_keras == []


def test_a_requirement_that_the_pick_would_fail_is_named() -> None:
    unused = gate("apple", {"pytorch": "fail"}, accelerators=("apple",))
    added = [f for f in answer(OPPOSED, (unused,)).flips if f.kind == "requirement"]
    assert [(f.change, f.requirement, f.new_pick) for f in added] == [
        ("add", "requirement apple", "jax")
    ]


def test_a_requirement_that_keeps_the_better_one_out_is_named() -> None:
    linux = gate("linux", {"pytorch": "fail"}, os=("linux",))
    out = answer(OPPOSED, (linux,), platform={"os": ["linux"]})
    assert out.verdict.framework == "jax"
    dropped = {f.requirement: f.new_pick for f in out.flips if f.kind == "requirement"}
    assert dropped["requirement linux"] == "pytorch"


def test_where_no_one_else_is_left_nothing_ties() -> None:
    out = answer(OPPOSED, candidates=["jax"])
    assert [f for f in out.flips if f.kind in ("weight", "fact")] == []

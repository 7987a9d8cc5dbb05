"""What overlaps sits under one criterion, and each side of it counts once."""

from datetime import date

import pytest

from framework_advisor import Profile
from framework_advisor.decision.deployed_paths import DeployedPaths
from framework_advisor.decision.measured_values import MeasuredValues
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.statement_index import pool_weights
from framework_advisor.decision.values import Values
from framework_knowledge import load
from framework_knowledge.models import Aspect, Claim, Snapshot
from worlds import claim, world

PYTORCH = Stack("pytorch", "pytorch")
ASPECTS = (Aspect(name="work", means="papers"), Aspect(name="weights", means="weights"))


def values(*claims: Claim) -> Values:
    snapshot = world(claims)
    with_aspects = tuple(
        c.model_copy(update={"aspects": ASPECTS}) if c.id == "research_ecosystem" else c
        for c in snapshot.criteria
    )
    snapshot: Snapshot = snapshot.model_copy(update={"criteria": with_aspects})
    profile = Profile(stage="research", workload={"family": "cnn"})
    measured = MeasuredValues(profile, Measurements(), snapshot)
    return Values(profile, snapshot, measured, DeployedPaths(profile, Measurements(), snapshot))


def said(identity: str, anchor: str, aspect: str | None = None, **when: object) -> Claim:
    made = claim(identity, "research_ecosystem", {"pytorch": anchor}, **when)
    return made.model_copy(update={"aspect": aspect})


def centre(found: Values) -> float:
    supports = found.supports(PYTORCH, "research_ecosystem", "cnn")
    weights = pool_weights(supports)
    return sum(w * s.value for w, s in zip(weights, supports, strict=True))


def test_ten_claims_on_one_aspect_count_as_one() -> None:
    many = [said(f"work-{i}", "best", "work") for i in range(10)]
    assert centre(values(*many, said("weights", "worst", "weights"))) == pytest.approx(0.5)


def test_a_claim_without_an_aspect_belongs_to_the_first() -> None:
    found = values(
        said("unnamed", "best"), said("work", "worst", "work"), said("w", "worst", "weights")
    )
    assert centre(found) == pytest.approx(0.25)


def test_an_aspect_of_which_nothing_is_said_takes_nothing() -> None:
    assert centre(values(said("work", "fair", "work"))) == pytest.approx(0.75)


def test_what_is_said_of_the_field_replaces_the_general_within_its_aspect_alone() -> None:
    found = values(
        said("work", "best", "work"),
        said("work-cnn", "worst", "work", families=("cnn",)),
        said("weights", "best", "weights"),
    )
    assert centre(found) == pytest.approx(0.5)


def test_what_overlaps_is_one_criterion_of_the_knowledge() -> None:
    criterion = next(c for c in load().criteria if c.id == "research_ecosystem")
    assert [a.name for a in criterion.aspects] == ["published_work", "pretrained_models", "people"]


def test_published_weights_do_not_count_for_a_model_trained_from_nothing() -> None:
    snapshot = load().snapshot(date(2026, 11, 23))

    def cited(**workload: object) -> set[str]:
        profile = Profile(stage="research", workload={"family": "transformer", **workload})
        measured = MeasuredValues(profile, Measurements(), snapshot)
        paths = DeployedPaths(profile, Measurements(), snapshot)
        found = Values(profile, snapshot, measured, paths).supports(
            PYTORCH, "research_ecosystem", "transformer"
        )
        return {support.aspect for support in found}

    assert "pretrained_models" in cited()
    assert cited(phases=["pretraining"]) == {"published_work"}

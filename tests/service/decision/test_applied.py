"""Flips really applied: knowledge or profile changed as they say, and decided anew."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.assessment import assess
from framework_advisor.decision.flips import weight_flips
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.recommendation import Decision, FactFlip, RequirementFlip
from framework_knowledge import load
from framework_knowledge.models import Circumstances, Snapshot
from profiles import profiles
from worlds import claim, everywhere, gate, world

SNAPSHOT = load().snapshot(date(2026, 11, 23))
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answer(profile: Profile, snapshot: Snapshot = SNAPSHOT) -> Decision:
    # Flips rest on means alone, so a handful of draws tells as much as all of them.
    return decide(profile, snapshot, Measurements(), engine_version="test", draws=50)


@few
@given(profiles)
def test_every_weight_flip_is_a_tie_and_beyond_it_the_pick_changes(profile: Profile) -> None:
    judged = assess(profile, SNAPSHOT, Measurements())

    def best_at(criterion: str, weight: float, from_: float) -> dict[str, float]:
        """Value of each framework's best stack with that weight, the others in proportion."""
        found: dict[str, float] = {}
        for item in judged.feasible:
            total = sum(
                float(worth) * (weight if c == criterion else w * (1 - weight) / (1 - from_))
                for c, w, worth in zip(CRITERIA, judged.weights.mean, item.worth, strict=True)
            )
            name = item.stack.framework
            found[name] = max(total, found.get(name, 0.0))
        return found

    for flip in weight_flips(judged):
        tie = best_at(flip.criterion, flip.to, flip.from_)
        assert tie[flip.new_pick] == pytest.approx(tie[judged.pick], abs=1e-9)
        assert max(tie.values()) <= tie[judged.pick] + 1e-9
        towards = 1.0 if flip.to > flip.from_ else 0.0
        past = best_at(flip.criterion, flip.to + 0.01 * (towards - flip.to), flip.from_)
        assert past[flip.new_pick] > past[judged.pick]


@few
@given(profiles)
def test_every_fact_flip_changes_the_pick_as_stated(profile: Profile) -> None:
    for flip in answer(profile).flips:
        if flip.kind == "fact":
            assert answer(profile, with_fact(flip)).verdict.framework == flip.new_pick


def with_fact(flip: FactFlip) -> Snapshot:
    """The knowledge with that fact on the other anchor."""
    claims = tuple(
        c.model_copy(update={"values": {**c.values, flip.framework: flip.to}})
        if c.id == flip.evidence
        else c
        for c in SNAPSHOT.claims
    )
    cells = tuple(
        c.model_copy(update={"value": flip.to}) if c.id == flip.evidence else c
        for c in SNAPSHOT.cells
    )
    assert claims != SNAPSHOT.claims or cells != SNAPSHOT.cells
    return SNAPSHOT.model_copy(update={"claims": claims, "cells": cells})


@few
@given(profiles)
def test_every_requirement_flip_changes_the_pick_as_stated(profile: Profile) -> None:
    for flip in answer(profile).flips:
        if flip.kind == "requirement":
            changed, snapshot = with_requirement(profile, flip)
            assert answer(changed, snapshot).verdict.framework == flip.new_pick


def with_requirement(profile: Profile, flip: RequirementFlip) -> tuple[Profile, Snapshot]:
    """The profile without what it states, or the knowledge with one gate less, or always open."""
    if flip.change == "add":
        gates = tuple(
            g.model_copy(update={"when": Circumstances()}) if g.id == flip.gate else g
            for g in SNAPSHOT.gates
        )
        assert gates != SNAPSHOT.gates
        return profile, SNAPSHOT.model_copy(update={"gates": gates})
    if flip.requirement in ("candidates", "must_use", "must_not_use"):
        return without(profile, flip.requirement), SNAPSHOT
    if flip.requirement == "team.leaving":
        assert profile.team is not None
        team = profile.team.model_copy(update={"leaving": None})
        return profile.model_copy(update={"team": team}), SNAPSHOT
    gates = tuple(g for g in SNAPSHOT.gates if g.requirement != flip.requirement)
    assert len(gates) < len(SNAPSHOT.gates)
    return profile, SNAPSHOT.model_copy(update={"gates": gates})


def without(profile: Profile, field: str) -> Profile:
    return profile.model_copy(update={field: None})


def test_a_gate_in_doubt_halves_what_a_stack_is_worth() -> None:
    """Added, it takes the pick away, although it rules nobody out."""
    close = world(
        (
            *everywhere({"pytorch": "fair", "jax": "middling"}),
            claim("slow", "flexibility", {"pytorch": "middling"}),
        ),
        gates=(gate("edge", {"pytorch": "unknown"}, targets=("edge_tpu",)),),
    )
    profile = Profile(stage="research", targets=[], candidates=["pytorch", "jax"])
    out = answer(profile, close)
    added = [f for f in out.flips if f.kind == "requirement" and f.change == "add"]
    assert [(f.gate, f.new_pick) for f in added] == [("edge", "jax")]
    gates = tuple(g.model_copy(update={"when": Circumstances()}) for g in close.gates)
    always = close.model_copy(update={"gates": gates})
    assert answer(profile, always).verdict.framework == "jax"


def test_staying_with_a_framework_counts_its_code_again() -> None:
    """Taken back, a departure makes existing code count, so it is judged anew."""
    level = world(everywhere({"pytorch": "middling", "jax": "middling"}))
    profile = Profile.model_validate(
        {
            "stage": "research",
            "candidates": ["pytorch", "jax"],
            "team": {
                "skills": {"jax": 0.2},
                "existing_code": ["pytorch"],
                "leaving": ["pytorch"],
            },
        }
    )
    out = answer(profile, level)
    assert out.verdict.framework == "jax"
    dropped = {f.requirement: f.new_pick for f in out.flips if f.kind == "requirement"}
    assert dropped["team.leaving"] == "pytorch"
    stays = profile.model_copy(
        update={"team": profile.team and profile.team.model_copy(update={"leaving": None})}
    )
    assert answer(stays, level).verdict.framework == "pytorch"


STATED: tuple[dict[str, Any], ...] = (
    {"candidates": ["jax", "keras"]},
    {"must_use": ["tensorflow"]},
    {"must_not_use": ["pytorch"]},
    {"team": {"leaving": ["pytorch"], "existing_code": ["pytorch", "tensorflow"]}},
    {"team": {"leaving": ["tensorflow"], "existing_code": ["tensorflow"]}, "targets": ["android"]},
)


@pytest.mark.parametrize("stated", STATED)
@pytest.mark.parametrize("stage", ["research", "production"])
def test_what_the_profile_itself_rules_out_can_be_taken_back(
    stated: dict[str, Any], stage: str
) -> None:
    profile = Profile.model_validate({"stage": stage} | stated)
    dropped = [f for f in answer(profile).flips if f.kind == "requirement" and f.change == "drop"]
    for flip in dropped:
        changed, snapshot = with_requirement(profile, flip)
        assert answer(changed, snapshot).verdict.framework == flip.new_pick


def test_the_pick_and_its_flips_depend_on_no_draw() -> None:
    profile = Profile.model_validate({"stage": "research", "targets": ["server_gpu"]})
    once = decide(profile, SNAPSHOT, Measurements(), engine_version="test")
    again = answer(profile.model_copy(update={"seed": 7}))
    assert once.engine.draws != again.engine.draws
    assert (once.flips, once.verdict.framework) == (again.flips, again.verdict.framework)
    assert [r.contributions for r in once.ranking] == [r.contributions for r in again.ranking]

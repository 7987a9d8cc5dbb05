"""What the first piece of next evidence promises is what it brings, found by really bringing it.

The gain is stated from one set of draws, of which the least number is used. Here every answer is
decided anew through ``decide``, and every outcome of a probe is a synthetic run; what is compared
is the mean p_best with today's p_best plus the gain, within three standard errors.
"""

from __future__ import annotations

from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.answers import answered
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.priors import PRIORS, prior_of
from framework_advisor.decision.simulation import LEAST_DRAWS
from framework_advisor.recommendation import Decision, NextEvidence
from framework_knowledge import load
from profiles import profiles
from worlds import CNN_STEP, claim, everywhere, measured, world

SNAPSHOT = load().snapshot(date(2026, 11, 23))
FACET_OF = {pointer: facet for facet, (pointer, _, _) in PRIORS.items()}
#: Synthetic runs of a probe.
OUTCOMES = 200
few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def answer(profile: Profile, draws: int | None = None) -> Decision:
    return decide(profile, SNAPSHOT, Measurements(), engine_version="test", draws=draws)


def p_best_after(profile: Profile, item: NextEvidence, draws: int | None = None) -> float:
    """Mean p_best once the question is answered, each answer with its prior share."""
    facet = FACET_OF[item.field or ""]
    _, shares, _ = prior_of(profile, facet)
    return sum(
        share * (answer(answered(profile, facet, value), draws).verdict.p_best or 0.0)
        for value, share in shares.items()
    )


@few
@given(profiles)
def test_a_question_gains_what_deciding_again_for_each_answer_gains(profile: Profile) -> None:
    # On the very draws that the gain was read off, it is the gain, but for a draw or two.
    today = answer(profile, LEAST_DRAWS)
    questions = [item for item in today.next_evidence if item.field]
    assume(questions)
    for item in questions:
        after = p_best_after(profile, item, LEAST_DRAWS)
        assert after - (today.verdict.p_best or 0.0) == pytest.approx(item.expected_gain, abs=1e-3)


@few
@given(profiles)
def test_the_first_question_gains_what_it_promises_on_other_draws_too(profile: Profile) -> None:
    today = answer(profile)
    assume(today.next_evidence and today.next_evidence[0].field)
    first = today.next_evidence[0]
    elsewhere = profile.model_copy(update={"seed": (profile.seed or 0) + 1})
    gained = p_best_after(elsewhere, first) - (answer(elsewhere).verdict.p_best or 0.0)
    # Two shares of the least number of draws here, and two known to 0.005 there.
    error = sqrt(2 * 0.25 / LEAST_DRAWS + 2 * 0.005**2)
    assert gained == pytest.approx(first.expected_gain, abs=3 * error)


CPU: dict[str, Any] = {
    "stage": "research",
    "workload": {"family": "cnn", "custom_research_code": False},
    "platform": {"accelerators": ["none"], "os": ["linux"]},
    "scale": {"training_devices": 0},
    "targets": [],
    "candidates": ["pytorch", "jax"],
    "team": {"skills": {"pytorch": 0.5, "jax": 0.5}},
    "preferences": {"swings": {"training_speed": 100}, "ranking": ["training_speed"]},
}


def speeds(pytorch: str, jax: str) -> Any:
    """Two frameworks that differ in nothing but what documents say of their speed."""
    same = everywhere(dict.fromkeys(("pytorch", "jax", "tensorflow", "keras"), "middling"))
    rest = tuple(c for c in same if c.criterion != "training_speed")
    claims = (
        claim("p", "training_speed", {"pytorch": pytorch}),
        claim("j", "training_speed", {"jax": jax}),
    )
    return world((*rest, *claims))


@pytest.mark.parametrize(
    ("alike", "pytorch", "jax"),
    [(1.0, "fair", "fair"), (0.5, "fair", "fair"), (1.0, "fair", "poor")],
)
def test_a_probe_gains_what_its_outcomes_gain(alike: float, pytorch: str, jax: str) -> None:
    snapshot, profile = speeds(pytorch, jax), Profile.model_validate(CPU)
    probe = CNN_STEP.model_copy(update={"families": {"cnn": alike}})
    today = decide(profile, snapshot, Measurements(catalogue=(probe,)), engine_version="test")
    (item,) = [e for e in today.next_evidence if e.probe]
    spread, left_open = 0.15, 0.35 / 8 / alike
    random = np.random.default_rng(0)
    after = []
    for _ in range(OUTCOMES):
        told = {
            f: {"fair": 0.75, "poor": 0.25}[level]
            + sqrt(spread**2 - left_open**2) * random.standard_normal()
            for f, level in (("pytorch", pytorch), ("jax", jax))
        }
        run = measured(
            {f: 0.001 * 2 ** (8 * (1 - value)) for f, value in told.items()},
            probe=probe,
            half_width=1e-6,
        )
        found = decide(profile, snapshot, run, engine_version="test", draws=300)
        assert any(row.applied for row in found.measurements)
        after.append(found.verdict.p_best)
    gained = float(np.mean(after)) - (today.verdict.p_best or 0.0)
    error = sqrt(np.var(after) / OUTCOMES + 0.25 / LEAST_DRAWS + 0.005**2)
    assert gained == pytest.approx(item.expected_gain, abs=3 * error)
    assert (item.expected_gain > 0.05) == (pytorch == jax)


def test_the_more_a_probe_is_like_the_work_the_more_it_gains() -> None:
    gains = []
    for alike in (0.3, 0.6, 1.0):
        probe = CNN_STEP.model_copy(update={"families": {"cnn": alike}})
        out = decide(
            Profile.model_validate(CPU),
            speeds("fair", "fair"),
            Measurements(catalogue=(probe,)),
            engine_version="test",
        )
        gains.append(next(e.expected_gain for e in out.next_evidence if e.probe))
    assert gains == sorted(set(gains))


def test_a_probe_gains_nothing_until_the_device_is_known() -> None:
    asked = {**CPU, "platform": {"os": ["linux"]}}
    out = decide(
        Profile.model_validate(asked),
        speeds("fair", "fair"),
        Measurements(catalogue=(CNN_STEP,)),
        engine_version="test",
    )
    (item,) = [e for e in out.next_evidence if e.probe]
    assert item.expected_gain == 0.0
    assert "once platform.accelerators says" in item.why


def test_no_probe_is_named_for_a_day_on_which_it_could_not_be_known() -> None:
    asked = {"workload": {"family": "cnn"}, "platform": {"accelerators": ["none"]}}
    snapshot, catalogue = (
        world(everywhere({"pytorch": "fair"})),
        Measurements(catalogue=(CNN_STEP,)),
    )

    def probes(**profile: object) -> list[str | None]:
        told = decide(
            Profile(stage="research", **asked, **profile), snapshot, catalogue, engine_version="t"
        )
        return [item.probe for item in told.next_evidence if item.probe]

    assert probes() == [CNN_STEP.id]
    assert probes(evidence={"as_of": "2026-11-01"}) == []

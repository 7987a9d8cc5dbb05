"""How many draws are taken, and that stopping on what was seen bends nothing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.acceptability import share_se
from framework_advisor.decision.assessment import assess
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.noise import Noise, Streams
from framework_advisor.decision.simulation import LEAST_DRAWS, MOST_DRAWS, PRECISION, simulate
from framework_advisor.recommendation import Decision
from framework_knowledge import load
from framework_knowledge.models import Claim
from profiles import profiles
from worlds import claim, everywhere, world

SNAPSHOT = load().snapshot(date(2026, 11, 23))
LEVELS = ("pytorch", "tensorflow", "keras", "jax")


def answer(profile: Profile, levels: dict[str, str] | None = None) -> Decision:
    snapshot = world(everywhere(levels)) if levels else SNAPSHOT
    return decide(profile, snapshot, Measurements(), engine_version="test")


@settings(max_examples=30, deadline=None)
@given(profiles)
def test_p_best_is_known_well_enough_and_no_better_than_need_be(profile: Profile) -> None:
    out = answer(profile)
    if out.verdict.p_best is None:
        assert out.engine.draws == 0
        return
    assert LEAST_DRAWS <= out.engine.draws <= MOST_DRAWS
    assert out.verdict.p_best_se is not None
    assert out.verdict.p_best_se <= PRECISION
    won = round(out.verdict.p_best * out.engine.draws)
    if len(out.ranking) > 1:
        assert out.verdict.p_best_se == pytest.approx(share_se(won, out.engine.draws))


def test_what_is_certain_takes_the_least_and_what_is_level_nearly_the_most() -> None:
    profile = Profile(stage="research", candidates=["pytorch", "jax"], team={"skills": {}})
    sure = answer(profile, dict.fromkeys(LEVELS, "worst") | {"pytorch": "best"})
    level = answer(profile, dict.fromkeys(LEVELS, "middling"))
    assert sure.engine.draws == LEAST_DRAWS
    assert level.engine.draws >= 0.95 * MOST_DRAWS
    assert (sure.verdict.p_best_se or 0.0) > 0.0


def test_more_draws_begin_with_the_fewer() -> None:
    judged = assess(Profile(stage="research"), SNAPSHOT, Measurements())
    short, long = (
        simulate(
            Noise(0, Streams()), judged.weights, judged.values, judged.feasible, judged.best, draws
        )
        for draws in (2_500, 7_000)
    )
    np.testing.assert_array_equal(short.totals, long.totals[:, :2_500])


def test_stopping_on_what_was_seen_does_not_bend_the_share() -> None:
    """Mean of p_best over many seeds, each stopped by itself, beside draws that go on."""
    leads = (lead("flexibility"), lead("debugging"), lead("longevity"))
    snapshot = world((*everywhere(dict.fromkeys(LEVELS, "middling")), *leads))
    profile = Profile(
        stage="research",
        candidates=["pytorch", "jax"],
        targets=[],
        team={"skills": {"pytorch": 0.5, "jax": 0.5}},
    )
    judged = assess(profile, snapshot, Measurements())
    stopped, whole = [], []
    for seed in range(60):
        noise = Noise(seed, Streams())
        for found, draws in ((stopped, None), (whole, MOST_DRAWS)):
            drawn = simulate(
                noise, judged.weights, judged.values, judged.feasible, judged.best, draws
            )
            found.append(float((drawn.totals.argmax(axis=0) == 0).mean()))
    differences = np.array(stopped) - np.array(whole)
    assert 0.8 < np.mean(whole) < 0.99
    assert abs(differences.mean()) <= 3 * differences.std() / np.sqrt(len(differences)) + 2e-4
    assert max(np.abs(np.array(stopped) - np.mean(whole))) <= 4 * PRECISION


def lead(criterion: str) -> Claim:
    return claim(f"lead in {criterion}", criterion, {"pytorch": "best", "jax": "worst"})

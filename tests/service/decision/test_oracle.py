"""The same figures by other people's code, and by loops that anyone can read."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from framework_advisor import Profile
from framework_advisor.decision.acceptability import NOBODY, acceptability, weights_won, winners
from framework_advisor.decision.assessment import assess
from framework_advisor.decision.distributions import Draws
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.simulation import Window
from framework_advisor.decision.weights import CRITERIA
from framework_knowledge import load
from profiles import profiles

spotis = pytest.importorskip("pymcdm.methods", reason="a development tool: make setup").SPOTIS()
ranks_of = pytest.importorskip("pymcdm.helpers").rankdata

SNAPSHOT = load().snapshot(date(2026, 11, 23))
few = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def distances(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """SPOTIS (Dezert and others, 2020): weighted distance from the best corner of fixed scales."""
    scales = np.tile([0.0, 1.0], (len(weights), 1))
    return np.asarray(spotis(values, weights, np.ones(len(weights)), bounds=scales))


@few
@given(profiles)
def test_means_and_their_order_agree_with_another_implementation(profile: Profile) -> None:
    judged = assess(profile, SNAPSHOT, Measurements())
    certain = [item for item in judged.everyone if item.met == 1.0]
    if len(certain) < 2:
        return
    values = np.array([item.mean_by_criterion for item in certain])
    theirs = distances(values, judged.weights.mean)
    ours = np.array([item.mean for item in certain])
    # What is lost against the ideal is what is not gained, the weights summing to 1.
    np.testing.assert_allclose(1 - theirs, ours, rtol=0, atol=1e-9)
    apart = np.abs(ours[:, None] - ours[None, :])[~np.eye(len(ours), dtype=bool)].min() > 1e-9
    if apart:
        assert ranks_of(theirs).tolist() == ranks_of(-ours).tolist()


@settings(max_examples=20, deadline=None)
@given(profiles)
def test_every_draw_agrees_with_another_implementation(profile: Profile) -> None:
    judged = assess(profile, SNAPSHOT, Measurements())
    stacks = [item.stack for item in judged.everyone]
    window = Window(Draws(Noise(profile.seed or 0), 0, 20))
    weights = np.array(window.weights(judged.weights))
    sums = window.sums(judged.weights, judged.values, stacks)
    drawn = np.array(
        [[window.draws.of(judged.values.belief(s, c)) for c in CRITERIA] for s in stacks]
    )
    for draw in range(window.draws.size):
        theirs = distances(drawn[:, :, draw], weights[:, draw])
        np.testing.assert_allclose(1 - theirs, sums[:, draw], rtol=0, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(profiles)
def test_acceptability_is_what_counting_in_loops_gives(profile: Profile) -> None:
    judged = assess(profile, SNAPSHOT, Measurements())
    stacks = [item.stack for item in judged.best]
    if not stacks:
        return
    window = Window(Draws(Noise(profile.seed or 0), 0, 60))
    weights = window.weights(judged.weights)
    totals = window.totals(judged.weights, judged.values, stacks)
    found = acceptability(totals, weights_won(winners(totals), weights, len(stacks)))
    counts = [[0] * len(stacks) for _ in stacks]
    for draw in range(window.draws.size):
        worth = []
        for stack in stacks:
            total = 0.0
            for place, criterion in enumerate(CRITERIA):
                value = window.draws.of(judged.values.belief(stack, criterion))[draw]
                total += weights[place][draw] * value
            for doubt in judged.values.doubts(stack):
                total *= (
                    window.draws.uniform(("gate", doubt.gate, doubt.subject))[draw] < doubt.odds
                )
            worth.append(total)
        assert worth == totals[:, draw].tolist()
        if not any(worth):
            assert found.winner[draw] == NOBODY
            continue
        for rank, stack in enumerate(sorted(range(len(stacks)), key=lambda i: (-worth[i], i))):
            counts[stack][rank] += 1
        assert found.winner[draw] == max(range(len(stacks)), key=lambda i: (worth[i], -i))
    np.testing.assert_array_equal(found.ranks, np.array(counts) / window.draws.size)
    for index in range(len(stacks)):
        won = [d for d in range(window.draws.size) if found.winner[d] == index]
        central = found.central_weights(index)
        assert (central is None) == (not won)
        for place, criterion in enumerate(CRITERIA if central else ()):
            mean = sum(weights[place][d] for d in won) / len(won)
            assert (central or {})[criterion] == pytest.approx(mean, rel=1e-12)

"""Weights: from the circumstances, and by what the user says."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings

from framework_advisor import Profile
from framework_advisor.decision.distributions import Draws
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.weight_rules import RULES
from framework_advisor.decision.weights import CRITERIA, Weighting, fired_rules, swings, weigh
from profiles import profiles

few = settings(max_examples=25, deadline=None)


def mean_weight(criterion: str, **profile: object) -> float:
    found = weigh(Profile(**({"stage": "research"} | profile)))
    return float(found.mean[CRITERIA.index(criterion)])


def draws(profile: Profile, count: int = 50) -> np.ndarray:
    return np.array(weigh(profile).draw(Draws(Noise(0), 0, count))).T


@given(profiles)
def test_weights_are_shares_in_every_draw(profile: Profile) -> None:
    drawn = draws(profile)
    assert np.all(drawn >= 0)
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)


@given(profiles)
def test_a_ranking_holds_in_every_draw(profile: Profile) -> None:
    ranking = (profile.preferences.ranking or ()) if profile.preferences else ()
    drawn = draws(profile)
    named = [CRITERIA.index(c) for c in ranking]
    rest = [i for i in range(len(CRITERIA)) if i not in named]
    for higher, lower in itertools.pairwise(named):
        assert np.all(drawn[:, higher] >= drawn[:, lower])
    if named:
        assert np.all(drawn[:, named[-1]] >= drawn[:, rest].max(axis=1))


def test_a_ranking_leaves_the_rest_as_the_circumstances_give_them() -> None:
    plain = draws(Profile(stage="production"), 500)
    ranked = draws(Profile(stage="production", preferences={"ranking": ["security"]}), 500)
    a, b = CRITERIA.index("deployment"), CRITERIA.index("longevity")
    np.testing.assert_allclose(plain[:, a] / plain[:, b], ranked[:, a] / ranked[:, b])


def test_a_swing_of_zero_removes_a_criterion() -> None:
    assert mean_weight("deployment", preferences={"swings": {"deployment": 0}}) == 0


def test_a_ranking_of_all_that_counts_leaves_the_rest_at_zero() -> None:
    swings = dict.fromkeys(CRITERIA, 0) | {"security": 10}
    profile = Profile(
        stage="research", preferences={"swings": swings, "ranking": ["security", "deployment"]}
    )
    drawn = draws(profile)
    np.testing.assert_allclose(drawn[:, CRITERIA.index("security")], 1.0)


def test_a_swing_replaces_what_the_circumstances_say() -> None:
    low = mean_weight("deployment", preferences={"swings": {"deployment": 5}})
    high = mean_weight("deployment", preferences={"swings": {"deployment": 100}})
    assert low < mean_weight("deployment") < high


@few
@given(profiles)
def test_mean_weights_are_the_means_of_the_draws(profile: Profile) -> None:
    drawn = draws(profile, 8000)
    error = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert np.all(np.abs(weigh(profile).mean - drawn.mean(axis=0)) <= 5 * error + 2e-4)
    assert weigh(profile).mean.sum() == pytest.approx(1.0)


def test_each_rule_gives_a_reason_and_changes_something() -> None:
    profile = Profile(stage="research", targets=[], platform={"os": ["macos"]})
    rules = {rule.id for rule in fired_rules(profile)}
    assert rules == {"stays_in_the_lab", "not_only_linux"}
    assert swings(profile)["deployment"] < swings(Profile(stage="research"))["deployment"]


def test_a_rule_of_several_cases_multiplies_by_each_that_holds() -> None:
    (rule,) = [r for r in RULES if r.id == "demanded_outright"]
    asked = {"package_mb": 100, "deterministic": True}
    profile = Profile(stage="research", constraints=asked, serving={"serverless": True})
    factors = rule.factors(profile)
    assert set(factors) == {"memory_efficiency", "startup_time", "reproducibility"}
    alone = rule.factors(Profile(stage="research", constraints={"package_mb": 100}))
    assert factors["memory_efficiency"] > alone["memory_efficiency"] > 1
    assert not rule.when(Profile(stage="research"))
    assert rule.factors(Profile(stage="research")) == {}


def test_other_weights_can_be_asked_for() -> None:
    profile = Profile(stage="research", targets=[])
    none = Weighting(rules=())
    assert weigh(profile, weighting=none).rules == ()
    assert swings(profile, none)["deployment"] > swings(profile)["deployment"]
    ranked = Profile(stage="research", preferences={"ranking": ["security"]})
    place = CRITERIA.index("security")
    high, low = (weigh(ranked, weighting=Weighting(lift=lift)).mean[place] for lift in (8.0, 2.0))
    assert high > low


def test_several_stages_lie_between_their_extremes() -> None:
    alone = [swings(Profile(stage=s))["deployment"] for s in ("research", "production")]
    both = swings(Profile(stage=["research", "production"]))["deployment"]
    assert min(alone) < both < max(alone)

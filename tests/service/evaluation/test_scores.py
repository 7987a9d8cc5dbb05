"""The arithmetic of shares, losses and calibration, on answers made up for it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_advisor import Profile
from framework_advisor.evaluation.answers import Answer, Case
from framework_advisor.evaluation.baselines import (
    articles_rule,
    baseline_answers,
    by_rule,
    frequencies,
)
from framework_advisor.evaluation.calibration import calibrate
from framework_advisor.evaluation.scores import (
    brier_scores,
    log_losses,
    mean,
    score,
    share,
)
from framework_knowledge.published_decisions import PublishedDecision


def case(chosen: str, *also: str, **profile: object) -> Case:
    decision = PublishedDecision(
        id="made-up",
        sample="first",
        as_of=date(2024, 7, 1),
        profile={},
        chosen=chosen,
        also_acceptable=also,
        reasons="made up",
        source="nowhere",
    )
    return Case(decision, Profile(**({"stage": "research"} | profile)))


def answer(p: float, *, right: bool) -> Answer:
    chosen = "pytorch" if right else "jax"
    return Answer(case(chosen), ("pytorch", "jax"), {"pytorch": p, "jax": 1 - p})


def test_what_is_as_good_by_its_source_is_right() -> None:
    told = Answer(
        case("jax", "keras"), ("keras", "jax"), {"keras": 0.6, "jax": 0.3, "pytorch": 0.1}
    )
    assert told.right
    assert told.acceptable == pytest.approx(0.9)
    assert log_losses([told]) == pytest.approx(-np.log(0.9))
    assert brier_scores([told]) == pytest.approx(0.01 + 0.01)


def test_the_brier_score_is_least_for_the_true_shares() -> None:
    true = {"pytorch": 0.5, "tensorflow": 0.3, "jax": 0.2}

    def expected(said: dict[str, float]) -> float:
        return sum(
            p * float(brier_scores([Answer(case(f), tuple(said), said)])[0])
            for f, p in true.items()
        )

    assert expected(true) < expected({"pytorch": 0.61, "tensorflow": 0.35, "jax": 0.04})
    assert expected(true) < expected({"pytorch": 0.4, "tensorflow": 0.3, "jax": 0.3})


def test_an_infeasible_answer_is_wrong_and_its_loss_is_bounded() -> None:
    told = Answer(case("jax"), (), {})
    assert not told.right
    assert not told.right_in_two
    assert log_losses([told]) == pytest.approx(np.log(1000))


def test_a_share_has_the_interval_of_wilson() -> None:
    # Agresti and Coull (1998) give Wilson's interval of 8 in 10 as 0.490 to 0.943.
    found = share([True] * 8 + [False] * 2)
    assert (found.value, found.count, found.of) == (0.8, 8, 10)
    assert (found.low, found.high) == (
        pytest.approx(0.490, abs=1e-3),
        pytest.approx(0.943, abs=1e-3),
    )


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_a_share_lies_within_its_interval(hits: list[bool]) -> None:
    found = share(hits)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_the_interval_of_a_mean_holds_its_mean_and_shrinks_with_more_cases() -> None:
    few, many = np.arange(10) % 3.0, np.tile(np.arange(10) % 3.0, 20)
    narrow, wide = mean(many), mean(few)
    assert wide.low < wide.value < wide.high
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2


def test_answers_that_mean_what_they_say_have_a_slope_of_one_and_boasts_a_lower_one() -> None:
    rng = np.random.default_rng(1)
    stated = rng.uniform(0.3, 0.95, 3000)
    honest = [answer(p, right=bool(rng.random() < p)) for p in stated]
    found = calibrate(honest)
    assert found.slope.low < 1.0 < found.slope.high
    assert found.slope.value == pytest.approx(1.0, abs=0.15)
    boasting = [answer(p, right=bool(rng.random() < 0.5)) for p in stated]
    assert calibrate(boasting).slope.high < 0.5
    assert sum(each.right.of for each in found.bins) == len(honest)


def test_a_baseline_learns_its_probabilities_from_the_other_cases_alone() -> None:
    three = [case("pytorch"), case("jax"), case("pytorch")]
    answers = baseline_answers(by_rule(lambda _: "pytorch"), three)
    # For the first, one of the two others was right: (1 + 1) / (2 + 2).
    assert answers[0].p_best == pytest.approx(0.5)
    # For the second, both others were.
    assert answers[1].p_best == pytest.approx(0.75)
    assert sum(answers[1].probabilities.values()) == pytest.approx(1.0)
    assert score(answers).top1.count == 2
    # The rest goes by frequency: of the two others of the first, one took JAX.
    rest = answers[0].probabilities
    assert rest["jax"] == pytest.approx(2 * rest["keras"])


def test_frequencies_know_the_frameworks_of_the_day_alone() -> None:
    others = [case("pytorch"), case("jax")]
    found = frequencies(case("pytorch"), others)
    assert found == {"pytorch": 2 / 6, "tensorflow": 1 / 6, "keras": 1 / 6, "jax": 2 / 6}
    early = case("pytorch")
    early = replace(early, decision=early.decision.model_copy(update={"as_of": date(2018, 7, 1)}))
    assert frequencies(early, others) == {"pytorch": 0.5, "tensorflow": 0.25, "keras": 0.25}


@pytest.mark.parametrize(
    ("profile", "pick"),
    [
        ({"stage": "research"}, "pytorch"),
        ({"stage": "production"}, "tensorflow"),
        ({"stage": "education"}, "keras"),
        ({"stage": "production", "team": {"beginners": True}}, "keras"),
    ],
)
def test_the_articles_rule_says_what_the_article_says(
    profile: dict[str, object], pick: str
) -> None:
    assert articles_rule(Profile(**profile)) == pick

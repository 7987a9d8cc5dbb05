"""Ranks, probabilities and regret, on totals whose answers are known."""

import numpy as np
import pytest

from framework_advisor.decision.acceptability import (
    NOBODY,
    Acceptability,
    Scored,
    acceptability,
    best_stacks,
    dominated_by,
    share_se,
    weights_won,
    winners,
)
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.weights import CRITERIA

SIZE = len(CRITERIA)


def scored(name: str, mean: float = 0.5, by_criterion: float = 0.5, backend: str = "") -> Scored:
    return Scored(Stack(name, backend or name), np.full(SIZE, by_criterion), mean)


TOTALS = np.array([[0.9, 0.6, 0.6, 0.6], [0.1, 0.5, 0.5, 0.7]])


@pytest.fixture
def accepted() -> Acceptability:
    weights = np.full((SIZE, 4), 1 / SIZE)
    weights[:, 0] = 0
    weights[0, 0] = 1.0
    return acceptability(TOTALS, weights_won(winners(TOTALS), weights, 2))


def test_shares_of_ranks(accepted: Acceptability) -> None:
    np.testing.assert_allclose(accepted.ranks, [[0.75, 0.25], [0.25, 0.75]])
    assert accepted.p_best == 0.75
    # Agresti and Coull: two more draws won and two more lost.
    share = (3 + 1.92) / (4 + 3.84)
    assert accepted.p_best_se == pytest.approx((share * (1 - share) / (4 + 3.84)) ** 0.5, rel=1e-3)


def test_a_share_of_one_after_few_draws_is_no_certainty() -> None:
    assert share_se(400, 400) > 0.003
    assert share_se(40_000, 40_000) < share_se(400, 400)


def test_nobody_to_lose_to_is_certain() -> None:
    alone = acceptability(TOTALS[:1], np.ones((1, SIZE)))
    assert (alone.p_best, alone.p_best_se) == (1.0, 0.0)


def test_regret_is_what_the_wrong_draws_lose(accepted: Acceptability) -> None:
    assert accepted.expected_regret(0) == pytest.approx(0.1 / 4)
    assert accepted.expected_regret(1) == pytest.approx((0.8 + 0.1 + 0.1) / 4)


def test_central_weights_are_those_of_the_draws_it_wins(accepted: Acceptability) -> None:
    second = accepted.central_weights(1)
    assert second is not None
    assert second[CRITERIA[0]] == pytest.approx(1 / SIZE)
    first = accepted.central_weights(0)
    assert first is not None
    assert first[CRITERIA[0]] == pytest.approx((1 + 2 / SIZE) / 3)


def test_who_never_wins_has_no_central_weights() -> None:
    totals = np.array([[0.9, 0.8], [0.0, 0.0]])
    assert acceptability(totals, np.ones((2, SIZE))).central_weights(1) is None


def test_an_exact_tie_goes_to_the_one_that_stands_first() -> None:
    found = acceptability(np.array([[0.5, 0.4], [0.5, 0.5]]), np.ones((2, SIZE)))
    assert found.winner.tolist() == [0, 1]
    np.testing.assert_allclose(found.ranks, [[0.5, 0.5], [0.5, 0.5]])


def test_dominated_by_whoever_is_nowhere_worse_and_somewhere_better() -> None:
    better, same = scored("jax", by_criterion=0.6), scored("keras", by_criterion=0.5)
    plain = scored("pytorch", by_criterion=0.5)
    assert dominated_by(plain, [better, same, plain]) == (better,)
    mixed = scored("tensorflow", by_criterion=0.9)
    mixed.mean_by_criterion[0] = 0.1
    assert dominated_by(plain, [mixed]) == ()


def test_a_framework_stands_for_its_best_stack() -> None:
    stacks = [scored("keras", 0.4, backend="jax"), scored("keras", 0.5, backend="pytorch")]
    (best,) = best_stacks(stacks)
    assert best.stack.backend == "pytorch"


def test_on_an_exact_tie_the_dominated_one_comes_second() -> None:
    # The better criterion has no weight, so both have the same mean.
    dominated, dominating = scored("jax", by_criterion=0.5), scored("pytorch", by_criterion=0.5)
    dominating.mean_by_criterion[-1] = 0.6
    assert best_stacks([dominated, dominating])[0] is dominating


def test_a_draw_in_which_nothing_works_is_won_by_nobody() -> None:
    totals = np.array([[0.9, 0.0, 0.2], [0.1, 0.0, 0.3]])
    won = winners(totals)
    assert won.tolist() == [0, NOBODY, 1]
    weights = np.full((SIZE, 3), 1 / SIZE)
    found = acceptability(totals, weights_won(won, weights, 2))
    np.testing.assert_allclose(found.ranks, [[1 / 3, 1 / 3], [1 / 3, 1 / 3]])

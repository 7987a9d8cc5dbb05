"""Ranks, probabilities and regret, on totals whose answers are known."""

import numpy as np
import pytest

from framework_advisor.decision.acceptability import (
    Acceptability,
    Scored,
    acceptability,
    best_stacks,
    dominated_by,
)
from framework_advisor.decision.decide import _interval
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.weights import CRITERIA, Weights

SIZE = len(CRITERIA)


def scored(name: str, total: list[float], means: float = 0.5, backend: str = "") -> Scored:
    array = np.array(total)
    by_criterion = np.tile(array[:, None], (1, SIZE))
    return Scored(
        stack=Stack(name, backend or name),
        by_criterion=by_criterion,
        total=array,
        mean_by_criterion=np.full(SIZE, means),
        mean=float(array.mean()),
    )


def weights(draws: int) -> Weights:
    drawn = np.full((draws, SIZE), 1 / SIZE)
    drawn[0] = 0
    drawn[0, 0] = 1.0
    return Weights(drawn, drawn.mean(axis=0), ())


FIRST = scored("pytorch", [0.9, 0.6, 0.6, 0.6])
SECOND = scored("jax", [0.1, 0.5, 0.5, 0.7])


@pytest.fixture
def accepted() -> Acceptability:
    return acceptability([FIRST, SECOND], weights(4))


def test_shares_of_ranks(accepted: Acceptability) -> None:
    np.testing.assert_allclose(accepted.ranks, [[0.75, 0.25], [0.25, 0.75]])
    assert accepted.p_best == 0.75
    assert accepted.p_best_se == pytest.approx((0.75 * 0.25 / 4) ** 0.5)


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
    loser = scored("keras", [0.0, 0.0, 0.0, 0.0])
    assert acceptability([FIRST, loser], weights(4)).central_weights(1) is None


def test_dominated_by_whoever_is_nowhere_worse_and_somewhere_better() -> None:
    better, same = scored("jax", [1.0], means=0.6), scored("keras", [1.0], means=0.5)
    plain = scored("pytorch", [1.0], means=0.5)
    assert dominated_by(plain, [better, same, plain]) == (better,)
    mixed = scored("tensorflow", [1.0], means=0.9)
    mixed.mean_by_criterion[0] = 0.1
    assert dominated_by(plain, [mixed]) == ()


def test_a_framework_stands_for_its_best_stack() -> None:
    stacks = [scored("keras", [0.4], backend="jax"), scored("keras", [0.5], backend="pytorch")]
    (best,) = best_stacks(stacks)
    assert best.stack.backend == "pytorch"


def test_the_interval_runs_from_5_to_95_percent() -> None:
    found = _interval(scored("jax", [i / 100 for i in range(101)]))
    assert (found.p05, found.p95) == (pytest.approx(0.05), pytest.approx(0.95))

"""The verdict's thresholds, one by one."""

import numpy as np
import pytest

from framework_advisor.decision.acceptability import Acceptability
from framework_advisor.decision.verdict import verdict
from framework_advisor.recommendation import Contribution, Interval, Ranked, Stack, StackPiece

PIECE = StackPiece(choice="c", why="w")
STACK = Stack(
    api=PIECE,
    backend=PIECE,
    execution=PIECE,
    export=(),
    serving=PIECE,
    distribution=PIECE,
    data=PIECE,
)


def ranked(framework: str, unknown: float = 0.0) -> Ranked:
    def contribution(weight: float, basis: str) -> Contribution:
        return Contribution(
            criterion="longevity", weight=weight, value=0.5, basis=basis, evidence=()
        )

    return Ranked(
        framework=framework,
        stack=framework,
        value=Interval(mean=0.5, p05=0.4, p95=0.6),
        rank_acceptability=(),
        central_weights=None,
        dominated_by=(),
        contributions=(
            contribution(unknown, "unknown"),
            contribution(1 - unknown, "documented"),
        ),
    )


def accepted(p_best: float, gap: float = 0.1) -> Acceptability:
    draws = 1000
    wins = np.arange(draws) < round(p_best * draws)
    totals = np.stack([np.where(wins, 0.5 + gap, 0.5), np.full(draws, 0.5 + gap / 2)])
    ranks = np.array([[p_best, 1 - p_best], [1 - p_best, p_best]])
    return Acceptability(ranks, np.where(wins, 0, 1), totals, np.ones((2, 19)))


@pytest.mark.parametrize(
    ("p_best", "gap", "unknown", "status"),
    [
        (0.80, 0.1, 0.0, "clear"),
        (0.79, 0.1, 0.0, "lean"),
        (0.60, 0.1, 0.0, "lean"),
        (0.59, 0.1, 0.0, "toss_up"),
        (0.79, 0.002, 0.0, "toss_up"),
        (0.99, 0.002, 0.0, "clear"),
        (0.99, 0.1, 0.50, "clear"),
        (0.99, 0.1, 0.51, "insufficient_evidence"),
    ],
)
def test_thresholds(p_best: float, gap: float, unknown: float, status: str) -> None:
    ranking = [ranked("jax", unknown), ranked("pytorch")]
    found = verdict(ranking, accepted(p_best, gap), STACK)
    assert found.status == status
    assert (found.framework, found.runner_up) == ("jax", "pytorch")


def test_a_toss_up_says_which_kind_it_is() -> None:
    ranking = [ranked("jax"), ranked("pytorch")]
    assert "next to nothing" in verdict(ranking, accepted(0.7, 0.002), STACK).why
    assert "about as good" in verdict(ranking, accepted(0.5), STACK).why


def test_the_last_one_left_is_clear_only_if_something_is_known_of_it() -> None:
    alone = accepted(1.0)
    assert verdict([ranked("jax")], alone, STACK).status == "clear"
    assert verdict([ranked("jax", 0.6)], alone, STACK).status == "insufficient_evidence"

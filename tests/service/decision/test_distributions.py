"""Beliefs: means in closed form are the means of the draws, and what is shared moves together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework_advisor.decision.distributions import (
    Average,
    Belief,
    Choice,
    Clipped,
    Draws,
    Uniform,
    clipped_mean,
    mixed,
)
from framework_advisor.decision.noise import Noise, Streams

DRAWS = 20_000
few = settings(max_examples=60, deadline=None)
NOISE = Noise(0, Streams(2**24))

clipped = st.builds(
    lambda centre, *scales: Clipped(
        centre, tuple((s, ("n", str(i))) for i, s in enumerate(scales))
    ),
    st.floats(-0.5, 1.5),
    st.floats(0, 0.6),
    st.floats(0, 0.6),
)
beliefs: st.SearchStrategy[Belief] = st.recursive(
    clipped | st.just(Uniform(("u",))),
    lambda parts: st.tuples(parts, parts, st.floats(0.01, 0.99), st.booleans()).map(
        lambda made: Choice("turn", pairs(*made[:3])) if made[3] else Average(pairs(*made[:3]))
    ),
    max_leaves=4,
)


def pairs(a: Belief, b: Belief, share: float) -> tuple[tuple[float, Belief], ...]:
    return ((share, a), (1 - share, b))


def draws(belief: Belief, size: int = DRAWS) -> np.ndarray:
    return Draws(NOISE, 0, size).of(belief)


@few
@given(clipped)
def test_the_mean_of_what_is_cut_off_is_the_mean_of_its_draws(belief: Clipped) -> None:
    drawn = draws(belief)
    # A tail that is rarer than the draws is in the mean and, as a rule, in none of them.
    rare = 1 / DRAWS
    assert belief.mean == pytest.approx(drawn.mean(), abs=5 * drawn.std() / DRAWS**0.5 + rare)


@few
@given(beliefs)
def test_draws_and_means_lie_on_the_scale(belief: Belief) -> None:
    drawn = draws(belief, 300)
    assert drawn.shape == (300,)
    assert 0.0 <= drawn.min() <= drawn.max() <= 1.0
    assert 0.0 <= belief.mean <= 1.0


@few
@given(st.floats(-0.2, 1.2), st.floats(0, 1), st.floats(1e-6, 0.5))
def test_a_higher_centre_has_a_higher_mean(centre: float, spread: float, more: float) -> None:
    assert clipped_mean(centre + more, spread) >= clipped_mean(centre, spread) - 1e-15


def test_known_means() -> None:
    assert clipped_mean(0.5, 3.0) == pytest.approx(0.5)
    assert clipped_mean(1.0, 0.0) == 1.0
    # Half of a normal distribution folded onto 1: E max(0, Z) = 1 / sqrt(2 pi).
    assert clipped_mean(1.0, 0.1) == pytest.approx(1 - 0.1 / (2 * np.pi) ** 0.5)


def test_a_choice_takes_its_parts_by_their_shares() -> None:
    low, high = Clipped(0.1), Clipped(0.9)
    drawn = draws(Choice("c", ((0.3, low), (0.5, high), (0.2, low))))
    assert set(drawn.tolist()) == {0.1, 0.9}
    assert (drawn == 0.9).mean() == pytest.approx(0.5, abs=0.02)


def test_choices_of_one_name_take_the_same_turn() -> None:
    one = Choice("c", ((0.3, Clipped(0.0)), (0.7, Clipped(1.0))))
    other = Choice("c", ((0.3, Clipped(0.2)), (0.7, Clipped(0.8))))
    np.testing.assert_array_equal(draws(one) == 1.0, draws(other) == 0.8)


def test_an_average_counts_its_parts_by_their_shares() -> None:
    found = Average(((0.25, Clipped(0.0)), (0.75, Clipped(1.0))))
    assert found.mean == 0.75
    assert set(draws(found, 10).tolist()) == {0.75}


def test_parts_that_are_one_belief_are_that_belief() -> None:
    one = Clipped(0.5)
    assert mixed("c", [(0.4, one), (0.6, one)]) is one
    assert isinstance(mixed("c", [(0.4, one), (0.6, Uniform(("u",)))]), Choice)
    assert isinstance(mixed(None, [(0.4, one), (0.6, Uniform(("u",)))]), Average)


def test_windows_join_to_the_whole() -> None:
    belief = Choice("c", ((0.5, Clipped(0.3, ((0.1, ("x",)),))), (0.5, Uniform(("u",)))))
    joined = np.concatenate([Draws(NOISE, a, b).of(belief) for a, b in ((0, 70), (70, 200))])
    np.testing.assert_array_equal(joined, draws(belief, 200))

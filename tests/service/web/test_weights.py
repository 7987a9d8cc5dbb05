"""Sliders: the answer with them is the one that the flips foretell."""

from __future__ import annotations

import pytest

from framework_advisor import Advisor, Profile
from framework_advisor.decision.weights import CRITERIA, weigh
from framework_advisor.errors import InvalidInput
from framework_advisor.recommendation import WeightFlip
from framework_advisor.web.views.examples import EXAMPLES
from framework_advisor.web.views.weights import sliders, weights_sent, with_weights

PROFILE = Profile.model_validate(EXAMPLES["tpu_research"])
ADVISOR = Advisor()
ANSWER = ADVISOR.recommend(PROFILE)
FLIPS = [flip for flip in ANSWER.flips if isinstance(flip, WeightFlip)]


def moved(criterion: str, share: float) -> dict[str, list[str]]:
    """What the form sends once a slider was moved and the others gave way."""
    shares = {each.criterion: each.weight for each in ANSWER.ranking[0].contributions}
    rest = 1 - shares[criterion]
    shares = {c: share if c == criterion else s * (1 - share) / rest for c, s in shares.items()}
    return {f"weight/{c}": [str(100 * s**0.5)] for c, s in shares.items()}


def test_the_weights_that_are_asked_for_are_those_that_count() -> None:
    wanted = weights_sent(moved("ease_of_use", 0.4))
    mean = dict(zip(CRITERIA, weigh(with_weights(PROFILE, wanted)).mean.tolist(), strict=True))
    assert wanted["ease_of_use"] == pytest.approx(0.4)
    assert mean == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("flip", FLIPS[:4], ids=lambda flip: flip.criterion)
def test_the_pick_flips_where_the_mark_stands(flip: WeightFlip) -> None:
    step = 0.002 if flip.to > flip.from_ else -0.002
    picks = [
        ADVISOR.recommend(
            with_weights(PROFILE, weights_sent(moved(flip.criterion, flip.to + side)))
        ).verdict.framework
        for side in (-step, step)
    ]
    assert picks == [ANSWER.verdict.framework, flip.new_pick]


def test_a_slider_stands_where_its_weight_is_and_its_mark_where_the_flip_is() -> None:
    found = {slider.criterion: slider for slider in sliders(ANSWER, ADVISOR_CRITERIA)}
    flip = FLIPS[0]
    slider = found[flip.criterion]
    assert (slider.position / 100) ** 2 == pytest.approx(flip.from_, abs=1e-3)
    assert slider.flips_at_position is not None
    assert (slider.flips_at_position / 100) ** 2 == pytest.approx(flip.to)
    assert sum(each.percent for each in found.values()) == pytest.approx(100)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"weight/security": ["much"]}, "/weight/security"),
        ({"weight/security": ["101"]}, "/weight/security"),
        ({"weight/security": ["nan"]}, "/weight/security"),
        ({}, "/weight"),
    ],
)
def test_weights_that_are_none_are_refused(sent: dict[str, list[str]], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        weights_sent(sent)
    assert [error.pointer for error in refused.value.errors] == [pointer]


ADVISOR_CRITERIA = ADVISOR.knowledge.snapshot(ANSWER.knowledge.as_of).criteria

"""Sliders for the weights: what each counts now, where the pick flips, what they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from framework_advisor.decision.weights import CRITERIA, weigh
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Decision, WeightFlip
from framework_knowledge.models import Criterion, CriterionId

#: Steps of the search for swing weights whose means are those that the sliders show.
STEPS = 6
LARGEST = 100.0


@dataclass(frozen=True, slots=True)
class Slider:
    """One criterion: its share of all weight, percent, and the nearest share with another pick."""

    criterion: CriterionId
    title: str
    question: str
    percent: float
    flip: WeightFlip | None

    @property
    def name(self) -> str:
        """Of the element in the form."""
        return f"weight/{self.criterion}"

    @property
    def position(self) -> float:
        """Of the slider: its square is the share, so that small weights have room too."""
        return _position(self.percent / 100)

    @property
    def flips_at(self) -> float | None:
        """Percent."""
        return None if self.flip is None else self.flip.to * 100

    @property
    def flips_at_position(self) -> float | None:
        """Of the slider."""
        return None if self.flip is None else _position(self.flip.to)


def _position(share: float) -> float:
    return LARGEST * sqrt(share)


def sliders(decision: Decision, criteria: Iterable[Criterion]) -> tuple[Slider, ...]:
    """A slider for each criterion, the weightiest first; none where nothing is feasible."""
    if not decision.ranking:
        return ()
    flips = {flip.criterion: flip for flip in decision.flips if isinstance(flip, WeightFlip)}
    weights = {each.criterion: each.weight for each in decision.ranking[0].contributions}
    known = {criterion.id: criterion for criterion in criteria}
    found = [
        Slider(name, known[name].title, known[name].question, weight * 100, flips.get(name))
        for name, weight in weights.items()
        if name in known
    ]
    return tuple(sorted(found, key=lambda slider: -slider.percent))


def weights_sent(sent: Mapping[str, list[str]]) -> dict[CriterionId, float]:
    """What the positions of the sliders say, as shares that sum to 1.

    Raises:
        InvalidInput: a position is no figure from 0 to 100, or all are 0.
    """
    said: dict[CriterionId, float] = {}
    wrong = []
    for name in CRITERIA:
        text = sent.get(f"weight/{name}", ["0"])[0]
        try:
            said[name] = float(text)
        except ValueError:
            said[name] = -1.0
        if not 0 <= said[name] <= LARGEST:
            wrong.append(FieldError(f"/weight/{name}", f"{text!r} is not accepted", "0 to 100"))
    total = sum(position**2 for position in said.values())
    if not wrong and total <= 0:
        wrong.append(FieldError("/weight", "all weights are 0", "at least one above 0"))
    if wrong:
        raise InvalidInput(tuple(wrong))
    return {name: position**2 / total for name, position in said.items()}


def with_weights(profile: Profile, wanted: Mapping[CriterionId, float]) -> Profile:
    """The profile with all weights stated, so that their means are the shares that are wanted.

    Swing weights are spread before they are made to sum to 1, which moves their means a little:
    that is taken back in a few steps, so that a mark where the pick flips is where it flips.
    """
    swings = _scaled(wanted)
    for _ in range(STEPS):
        stated = _stating(profile, swings)
        mean = dict(zip(CRITERIA, weigh(stated).mean.tolist(), strict=True))
        swings = _scaled(
            {c: swings[c] * wanted[c] / mean[c] if mean[c] > 0 else 0.0 for c in CRITERIA}
        )
    return _stating(profile, swings)


def _scaled(swings: Mapping[CriterionId, float]) -> dict[CriterionId, float]:
    largest = max(swings.values())
    return {c: min(LARGEST, LARGEST * swings[c] / largest) for c in CRITERIA}


def _stating(profile: Profile, swings: Mapping[CriterionId, float]) -> Profile:
    content: dict[str, Any] = profile.model_dump(mode="json", exclude_unset=True)
    content["preferences"] = {"swings": dict(swings)}
    return Profile.model_validate(content)

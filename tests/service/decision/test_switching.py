"""What moving existing code costs, on the real knowledge of different days."""

from datetime import date
from itertools import permutations
from typing import get_args

import pytest

from framework_advisor import Profile
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.switching import CHEAPER, REWRITE, switching
from framework_advisor.recommendation import Switching
from framework_knowledge import load
from framework_knowledge.models import FrameworkId

KNOWLEDGE = load()
PAIRS = tuple(permutations(get_args(FrameworkId), 2))


def move(code: str, to: str, day: date) -> Switching:
    profile = Profile.model_validate(
        {"stage": "production", "team": {"existing_code": [code], "skills": {to: 1.0}}}
    )
    backend = "tensorflow" if to == "keras" else to
    (found,) = switching(profile, Stack(to, backend), KNOWLEDGE.snapshot(day))  # type: ignore[arg-type]
    return found


def test_the_claims_of_every_cheaper_move_exist() -> None:
    known = {claim.id for claim in KNOWLEDGE.claims}
    for each in CHEAPER:
        assert set(each.evidence) <= known, each


@pytest.mark.parametrize(("code", "to"), PAIRS)
def test_a_move_that_spares_anything_cites_a_claim(code: str, to: str) -> None:
    for year in range(2019, 2027):
        found = move(code, to, date(year, 11, 23))
        assert (found.kinds == REWRITE) == (not found.evidence)


def test_what_a_later_release_made_easy_is_not_told_before() -> None:
    early, later = date(2020, 7, 1), date(2026, 11, 23)
    assert "Keras 3" not in move("tensorflow", "keras", early).why
    assert "Keras 3" in move("tensorflow", "keras", later).why
    assert move("keras", "jax", early).kinds == REWRITE
    assert move("keras", "jax", later).kinds == ("rewrite", "re_export")
    assert move("tensorflow", "keras", date(2018, 7, 1)).kinds == ("rewrite", "re_export")

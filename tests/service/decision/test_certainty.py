"""How surely a statement holds: by grade, and by an age that its kind allows."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from framework_advisor.decision.certainty import (
    AGEING_PER_YEAR,
    SPREAD,
    age_of,
    spread_of,
    years_overdue,
)
from framework_knowledge import Claim, load

KNOWLEDGE = load()
CLAIMS = {claim.id: claim for claim in KNOWLEDGE.claims}
TODAY = date(2026, 11, 23)
days = st.dates(min_value=date(2017, 1, 1), max_value=date(2040, 1, 1))
claims = st.sampled_from(KNOWLEDGE.claims)


def read_on(claim: Claim, day: date) -> Claim:
    return claim.model_copy(update={"observed": day})


@given(claims, days, days, days)
def test_an_older_reading_is_never_surer(claim: Claim, one: date, other: date, day: date) -> None:
    old, young = sorted((one, other))
    assert spread_of(read_on(claim, old), day) >= spread_of(read_on(claim, young), day)


@given(claims, days, days)
def test_time_that_passes_without_a_reading_never_makes_surer(
    claim: Claim, one: date, other: date
) -> None:
    early, late = sorted((one, other))
    assert spread_of(claim, late) >= spread_of(claim, early)


@given(claims, st.integers(0, 400))
def test_a_reading_is_as_good_as_new_as_long_as_its_kind_warrants(claim: Claim, late: int) -> None:
    fresh = claim.observed + timedelta(days=int(claim.fresh_years * 365.25))
    assert spread_of(claim, fresh) == SPREAD[claim.grade]
    after = fresh + timedelta(days=late + 2)
    assert spread_of(claim, after) > SPREAD[claim.grade]
    years = (after - claim.observed).days / 365.25 - claim.fresh_years
    assert spread_of(claim, after) - SPREAD[claim.grade] <= AGEING_PER_YEAR * years + 1e-12


def test_a_measurement_ages_first_then_a_promise_then_a_design_then_an_end() -> None:
    names = ("memory_measured", "pytorch_broad_support", "tf_eager_by_default", "swift_archived")
    for years, overdue in ((0.25, 0), (0.75, 1), (2, 2), (6, 3), (11, 4)):
        day = TODAY + timedelta(days=round(years * 365.25))
        read = [read_on(CLAIMS[name], TODAY) for name in names]
        assert [years_overdue(claim, day) > 0 for claim in read] == [
            position < overdue for position in range(4)
        ]


@given(claims)
def test_on_a_day_before_the_reading_it_counts_as_read_that_day(claim: Claim) -> None:
    day = claim.observed - timedelta(days=1)
    assert age_of(claim, day) == 0
    assert spread_of(claim, day) == SPREAD[claim.grade]

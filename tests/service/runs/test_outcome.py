"""From outcomes to what became of the run."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_advisor.runs.outcome import EXPECTED, status_of, summary
from framework_probes.results import Outcome

outcomes = st.sampled_from(get_args(Outcome))


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ({"ok": 3}, "succeeded"),
        ({"ok": 3, "not_installed": 2, "unsupported": 1, "not_run": 4}, "succeeded"),
        ({"ok": 3, "timeout": 1}, "partial"),
        ({"ok": 1, "cancelled": 1}, "partial"),
        ({"not_installed": 9}, "failed"),
        ({"crash": 2}, "failed"),
        ({}, "failed"),
    ],
)
def test_what_became_of_a_run_that_came_to_its_end(counts: dict[Outcome, int], status: str) -> None:
    assert status_of(counts, complete=True) == status


@given(st.dictionaries(outcomes, st.integers(1, 50)))
def test_a_run_succeeds_only_with_results_and_without_mishaps(counts: dict[Outcome, int]) -> None:
    status = status_of(counts, complete=True)
    assert (status == "failed") == ("ok" not in counts)
    assert (status == "succeeded") == ("ok" in counts and set(counts) <= EXPECTED)
    assert status_of(counts, complete=False) != "succeeded"


@given(st.dictionaries(outcomes, st.integers(1, 50)))
def test_the_summary_accounts_for_every_result(counts: dict[Outcome, int]) -> None:
    said = summary(counts)
    assert all(f"{number} {outcome}" in said for outcome, number in counts.items())
    assert not counts or said.startswith(f"{sum(counts.values())} results")

"""A snapshot holds what was known on a day and held on it, and nothing of the days after."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_knowledge import Cell, Claim, Gate, Snapshot, load

Edit = Callable[[str, str, str], int]

TODAY = date(2026, 11, 23)
KNOWLEDGE = load()
DATED: tuple[Claim | Cell | Gate, ...] = (
    *KNOWLEDGE.claims,
    *KNOWLEDGE.cells,
    *KNOWLEDGE.gates,
)
#: Days on which something begins or ends, and their neighbours: where an off-by-one would show.
EDGES = sorted(
    {
        edge + timedelta(days=step)
        for item in DATED
        for edge in (item.known, item.valid_from, item.valid_until)
        if edge is not None
        for step in (-1, 0, 1)
        if edge + timedelta(days=step) >= KNOWLEDGE.first_day
    }
)
days = st.one_of(
    st.sampled_from(EDGES), st.dates(min_value=KNOWLEDGE.first_day, max_value=date(2030, 1, 1))
)


def statements(snapshot: Snapshot) -> tuple[Claim | Cell | Gate, ...]:
    return (*snapshot.claims, *snapshot.cells, *snapshot.gates)


@given(days)
def test_it_holds_what_was_known_and_valid_and_nothing_else(day: date) -> None:
    expected = {
        item.id
        for item in DATED
        if item.known <= day
        and item.valid_from <= day
        and (item.valid_until is None or item.valid_until > day)
        and getattr(item, "standing", None) != "wrong"
    }
    assert {item.id for item in statements(KNOWLEDGE.snapshot(day))} == expected


@given(days)
def test_it_tells_nothing_of_the_days_after(day: date) -> None:
    snapshot = KNOWLEDGE.snapshot(day)
    for item in statements(snapshot):
        assert item.known <= day
        assert item.valid_until is None
    for piece in snapshot.pieces:
        assert piece.valid_from is None or piece.valid_from <= day
        assert piece.valid_until is None
    assert {cell.standing for cell in snapshot.cells} <= {"holds", "nuance"}
    released = {f.id: f.released for f in KNOWLEDGE.frameworks if f.released}
    for framework in snapshot.frameworks:
        later = released[framework.id] > day
        assert (framework.version == "unknown") == later
        assert framework.released == (None if later else released[framework.id])


def ids_used(snapshot: Snapshot) -> Iterator[str]:
    for cell in snapshot.cells:
        yield from cell.superseded_by
    for claim in snapshot.claims:
        yield from claim.superseded_by
    for citing in (*snapshot.gates, *snapshot.pieces, *snapshot.frameworks):
        yield from citing.evidence


@given(days)
def test_every_id_in_it_leads_to_something_in_it(day: date) -> None:
    snapshot = KNOWLEDGE.snapshot(day)
    assert set(ids_used(snapshot)) <= {claim.id for claim in snapshot.claims}
    sources = {source.id for source in snapshot.sources}
    cited = {source for item in statements(snapshot) for source in item.sources}
    cited |= {source for cell in snapshot.cells for source in cell.checked_with}
    assert cited == sources
    pieces = {piece.id for piece in snapshot.pieces}
    assert {piece.successor for piece in snapshot.pieces} - {None} <= pieces


def test_what_turned_outdated_later_held_before() -> None:
    before = {cell.id: cell for cell in KNOWLEDGE.snapshot(date(2025, 7, 31)).cells}
    after = {cell.id for cell in KNOWLEDGE.snapshot(date(2025, 8, 1)).cells}
    told = before["T1.r5.tensorflow"]
    assert told.standing == "holds"
    assert told.today == told.claim
    assert "T1.r5.tensorflow" not in after


def test_it_is_computed_once_for_a_day() -> None:
    assert KNOWLEDGE.snapshot(TODAY) is KNOWLEDGE.snapshot(TODAY)


def test_many_days_do_not_pile_up_and_keep_their_content() -> None:
    knowledge = load(Path(__file__).parents[2] / "knowledge" / "framework_knowledge")
    first = knowledge.snapshot(TODAY)
    for step in range(1, 200):
        knowledge.snapshot(TODAY + timedelta(days=step))
    assert knowledge.snapshot(TODAY) == first
    assert len(knowledge._snapshots) < 100


def test_a_day_before_the_first_is_refused_with_the_field_and_what_to_do() -> None:
    early = KNOWLEDGE.first_day - timedelta(days=1)
    with pytest.raises(ValueError, match=re.escape(f"use {KNOWLEDGE.first_day} or later")):
        KNOWLEDGE.snapshot(early)


def test_the_packaged_knowledge_is_loaded_once() -> None:
    assert load() is load()


def test_two_loads_agree_on_the_digest(folder: Path) -> None:
    assert load(folder).snapshot(TODAY).sha256 == KNOWLEDGE.snapshot(TODAY).sha256


def test_the_digest_depends_on_the_content_and_not_on_the_day() -> None:
    one, other = KNOWLEDGE.snapshot(TODAY), KNOWLEDGE.snapshot(TODAY + timedelta(days=1))
    assert one.as_of != other.as_of
    assert one.sha256 == other.sha256
    assert re.fullmatch("[0-9a-f]{64}", one.sha256)


@given(days, days)
def test_digests_agree_exactly_where_contents_do(one: date, other: date) -> None:
    left, right = KNOWLEDGE.snapshot(one), KNOWLEDGE.snapshot(other)
    same = left.model_copy(update={"as_of": other, "sha256": right.sha256}) == right
    assert (left.sha256 == right.sha256) == same


CONTENT = [
    ("claims/usability.yaml", "CNN trained unchanged", "CNN trained"),
    ("claims/usability.yaml", "values: {keras: built_in_fit}", "values: {keras: own_loop}"),
    ("claims/usability.yaml", "observed: 2026-11-23", "observed: 2026-11-22"),
    ("tables/pytorch_tensorflow.yaml", "value: any_python", "value: own_parts_traced"),
    ("criteria.yaml", "value: 0.25", "value: 0.26"),
    ("sources/own.yaml", 'date: "2025-01-07"', 'date: "2025-01-08"'),
    ("frameworks.yaml", "version: 2.15.0", "version: 2.15.1"),
    ("requirements/accelerators.yaml", "      tensorflow: No GPU", "      tensorflow: No new GPU"),
    ("stacks/api.yaml", "import keras (Keras 3)", "import keras"),
    ("stacks/api.yaml", "maturity: current", "maturity: beta"),
]


@pytest.mark.parametrize(("name", "old", "new"), CONTENT)
def test_a_change_of_content_changes_the_digest(
    folder: Path, edit: Edit, name: str, old: str, new: str
) -> None:
    edit(name, old, new)
    assert load(folder).snapshot(TODAY).sha256 != KNOWLEDGE.snapshot(TODAY).sha256


LAYOUT = [
    ("claims/usability.yaml", "claims:\n", "# A note for reviewers.\n\nclaims:\n"),
    ("claims/usability.yaml", "    facts: [F14]\n    criterion: ease_of_use\n",
     "    criterion: ease_of_use\n    facts: [F14]\n"),
    ("claims/usability.yaml", "{keras: built_in_fit}", "\n      keras: built_in_fit"),
    ("knowledge.yaml", '"2026.11.23"', '"2026.11.24"'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), LAYOUT)
def test_a_change_of_layout_or_name_does_not(
    folder: Path, edit: Edit, name: str, old: str, new: str
) -> None:
    edit(name, old, new)
    assert load(folder).snapshot(TODAY).sha256 == KNOWLEDGE.snapshot(TODAY).sha256


def test_the_version_is_that_of_the_edition(folder: Path, edit: Edit) -> None:
    edit("knowledge.yaml", '"2026.11.23"', '"2026.11.24"')
    assert load(folder).snapshot(TODAY).version == "2026.11.24"

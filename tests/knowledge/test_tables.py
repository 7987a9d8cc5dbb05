"""The article's three tables, against what the check of each claim found."""

from collections import Counter
from datetime import date

import pytest

from framework_knowledge import Cell, Table, load

CHECKED_ON = date(2026, 11, 23)
KNOWLEDGE = load()
CELLS = KNOWLEDGE.cells
REPLACED = [cell for cell in CELLS if cell.standing in ("outdated", "wrong")]

#: Standing of every cell, row by row, as the check has it.
STANDINGS = {
    "T1": [
        ("nuance", "outdated"),
        ("holds", "holds"),
        ("nuance", "nuance"),
        ("holds", "nuance"),
        ("nuance", "outdated"),
        ("holds", "holds"),
        ("outdated", "outdated"),
        ("wrong", "outdated"),
    ],
    "T2": [
        ("holds", "nuance"),
        ("holds", "nuance"),
        ("holds", "holds"),
        ("outdated", "nuance"),
        ("outdated", "holds"),
        ("nuance", "nuance"),
        ("outdated", "outdated"),
    ],
    "T3": [
        ("nuance", "nuance"),
        ("nuance", "holds"),
        ("holds", "wrong"),
        ("outdated", "holds"),
        ("nuance", "nuance"),
    ],
}
COUNTS = {
    "T1": {"holds": 5, "nuance": 5, "outdated": 5, "wrong": 1},
    "T2": {"holds": 5, "nuance": 5, "outdated": 4},
    "T3": {"holds": 3, "nuance": 5, "outdated": 1, "wrong": 1},
}


def table(identity: str) -> Table:
    return next(each for each in KNOWLEDGE.tables if each.id == identity)


@pytest.mark.parametrize("identity", sorted(STANDINGS))
def test_every_row_is_there_with_the_standing_that_the_check_found(identity: str) -> None:
    found = [tuple(cell.standing for cell in row.cells) for row in table(identity).rows]
    assert found == STANDINGS[identity]


@pytest.mark.parametrize("identity", sorted(COUNTS))
def test_standings_are_counted_per_table(identity: str) -> None:
    cells = [cell for row in table(identity).rows for cell in row.cells]
    assert Counter(cell.standing for cell in cells) == COUNTS[identity]


def test_twenty_rows_make_forty_cells() -> None:
    assert sum(len(each.rows) for each in KNOWLEDGE.tables) == 20
    assert len(CELLS) == 40


@pytest.mark.parametrize("each", KNOWLEDGE.tables, ids=lambda each: each.id)
def test_each_cell_stands_under_its_column(each: Table) -> None:
    for row in each.rows:
        heads = tuple(
            cell.framework if cell.execution is None else cell.execution.mode for cell in row.cells
        )
        assert heads == each.columns
        assert row.id.startswith(f"{each.id}.")
        assert all(cell.id.startswith(f"{row.id}.") for cell in row.cells)


@pytest.mark.parametrize("cell", REPLACED, ids=lambda cell: cell.id)
def test_a_cell_that_no_longer_holds_has_a_valued_successor_today(cell: Cell) -> None:
    live = {claim.id: claim for claim in KNOWLEDGE.snapshot(CHECKED_ON).claims}
    successors = [live[name] for name in cell.superseded_by if name in live]
    assert any(each.criterion == cell.criterion and each.values for each in successors)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)
def test_a_cell_rests_on_the_article_and_says_what_holds_today(cell: Cell) -> None:
    assert cell.sources == ("ARTICLE",)
    assert cell.grade == "unsourced"
    assert cell.checked_with
    assert cell.today != cell.claim


def test_no_outdated_or_wrong_cell_counts_today() -> None:
    counted = {cell.id for cell in KNOWLEDGE.snapshot(CHECKED_ON).cells}
    assert counted
    assert not counted & {cell.id for cell in REPLACED}


def test_no_cell_decides_alone_today() -> None:
    snapshot = KNOWLEDGE.snapshot(CHECKED_ON)
    spoken = {(subject, c.criterion) for c in snapshot.claims for subject in c.values}
    alone = [
        cell.id
        for cell in snapshot.cells
        for subject in ([cell.framework] if cell.framework else cell.execution.of)
        if (subject, cell.criterion) not in spoken
        and not any(s.startswith(f"{subject}:") and c == cell.criterion for s, c in spoken)
        and not (subject == "keras" and follows_backend(cell.criterion))
    ]
    assert alone == []


def follows_backend(criterion: str) -> bool:
    return next(c.follows_backend for c in KNOWLEDGE.criteria if c.id == criterion)

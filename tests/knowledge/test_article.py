"""Every statement of the source article that was checked is carried once, with its standing."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from framework_knowledge import KnowledgeError, load
from framework_knowledge.models import Checked, Remark

Edit = Callable[[str, str, str], int]

CHECKED_ON = date(2026, 11, 23)
KNOWLEDGE = load()
REMARKS = KNOWLEDGE.remarks
SAID: tuple[Checked, ...] = (*KNOWLEDGE.cells, *REMARKS)
REPLACED = [remark for remark in REMARKS if remark.standing in ("outdated", "wrong")]

#: Numbers of the check by standing; whatever is not named is a qualified truth ("nuance"). Counted
#: from the check's own tables: 29, 30 and 5 of 109, as its register says.
HOLDS = {4, 7, 8, 15, 16, 19, 23, 24, 35, 38, 47, 53, 55, 57, 60, 61, 62, 65, 66}
HOLDS |= {72, 74, 76, 77, 81, 89, 95, 103, 104, 107}
OUTDATED = {14, 22, 25, 26, 28, 36, 39, 40, 41, 42, 43, 44, 45, 49, 50, 52, 54, 56, 58, 63, 69}
OUTDATED |= {78, 80, 84, 85, 86, 88, 91, 98, 106}
WRONG = {27, 94, 96, 99, 105}

#: Part of the article in which the remark of each number stands.
PARTS = {
    "intro": range(1, 2),
    "P1": range(2, 8),
    "P2": range(8, 13),
    "4a": range(29, 33),
    "4b": range(33, 35),
    "4c": range(35, 38),
    "4d": range(38, 42),
    "4e": range(42, 47),
    "4f": range(47, 51),
    "5": range(51, 53),
    "6": range(53, 55),
    "advice": range(55, 58),
    "K0": range(58, 59),
    "K1": range(59, 64),
    "K2": range(64, 69),
    "K3": range(69, 72),
    "K5": range(86, 87),
    "code": range(87, 89),
    "K6": range(89, 94),
    "why": range(94, 100),
}


def standing(number: int) -> str:
    if number in HOLDS:
        return "holds"
    if number in OUTDATED:
        return "outdated"
    return "wrong" if number in WRONG else "nuance"


def test_all_109_statements_are_carried_once_each() -> None:
    assert sorted(said.number or 0 for said in SAID) == list(range(1, 110))


def test_each_statement_stands_as_the_check_found() -> None:
    found = {said.number: said.standing for said in SAID}
    assert found == {number: standing(number) for number in range(1, 110)}


def test_the_standings_add_up_to_those_of_the_check() -> None:
    counted = Counter(said.standing for said in SAID)
    assert counted == {"holds": 29, "nuance": 45, "outdated": 30, "wrong": 5}


def test_each_remark_stands_in_its_part_of_the_article() -> None:
    expected = {number: part for part, numbers in PARTS.items() for number in numbers}
    assert {remark.number: remark.where for remark in REMARKS} == expected


def test_the_cells_are_numbered_row_by_row() -> None:
    numbers = [cell.number for cell in KNOWLEDGE.cells]
    assert numbers == [*range(72, 86), *range(13, 29), *range(100, 110)]


@pytest.mark.parametrize("remark", REMARKS, ids=lambda remark: remark.id)
def test_a_remark_rests_on_the_article_and_says_what_holds_today(remark: Remark) -> None:
    assert remark.id == f"A{remark.number}"
    assert remark.sources == ("ARTICLE",)
    assert remark.grade == "unsourced"
    assert remark.checked_with
    assert remark.superseded_by
    assert remark.today != remark.claim
    assert (remark.valid_until is not None) == (remark.standing == "outdated")


@pytest.mark.parametrize("remark", REPLACED, ids=lambda remark: remark.id)
def test_a_remark_that_no_longer_holds_has_a_successor_today(remark: Remark) -> None:
    assert remark.valid_until is None or remark.valid_until <= CHECKED_ON
    live = {claim.id for claim in KNOWLEDGE.snapshot(CHECKED_ON).claims}
    assert live & set(remark.superseded_by)


def test_a_remark_that_repeats_speaks_of_the_same_framework_as_what_it_repeats() -> None:
    by_id = {said.id: said for said in SAID}
    repeats = [remark for remark in REMARKS if remark.same_as]
    assert repeats
    for remark in repeats:
        original = by_id[remark.same_as or ""]
        of = getattr(original, "execution", None)
        assert remark.framework in (original.framework, *(of.of if of else ())), remark.id


@pytest.mark.parametrize("day", [date(2019, 7, 1), date(2025, 1, 7), CHECKED_ON])
def test_no_remark_enters_a_snapshot(day: date) -> None:
    snapshot = KNOWLEDGE.snapshot(day)
    told = {each.id for each in (*snapshot.claims, *snapshot.cells, *snapshot.gates)}
    assert not told & {remark.id for remark in REMARKS}


BROKEN = [
    ("article/introductions.yaml", "same_as: T1.r4.pytorch", "same_as: T9.r1.pytorch",
     "'T9.r1.pytorch' is no cell"),
    ("article/in_detail.yaml", "same_as: A6", "same_as: A3", "'A3' is no cell"),
    ("article/introductions.yaml", "value: one_owner", "value: one_ower",
     "'one_ower' is not an anchor of longevity"),
    ("article/introductions.yaml", "checked_with: [S90]", "checked_with: [S900]",
     "'S900' is no source"),
    ("article/introductions.yaml", "    framework: pytorch\n", "", "a value needs the framework"),
    ("article/why.yaml", "superseded_by: [keras_one_interface", "superseded_by: [keras_interface",
     "'keras_interface' is no claim"),
    ("article/keras.yaml", "    valid_until: 2023-11-27\n", "", "must say since when"),
    ("article/why.yaml", "id: A94", "id: T1.r1.pytorch", "is used twice"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "reason"), BROKEN)
def test_a_broken_remark_is_told(
    folder: Path, edit: Edit, name: str, old: str, new: str, reason: str
) -> None:
    edit(name, old, new)
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert reason in str(caught.value)

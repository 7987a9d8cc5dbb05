"""The table of faults in the docs and the tests of faults are the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "faults.md"
#: Tests that are no row: about the page, and about what the rows rest on.
ASIDE = {"test_table.py", "test_clock.py::test_nothing_is_timed_by_the_wall_clock"}


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]


def there() -> set[str]:
    """Every test beside this one, as ``file::function``."""
    return {
        f"{path.name}::{node.name}"
        for path in HERE.glob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_row_names_a_test_that_is_there_and_every_test_has_its_row() -> None:
    cells = [row[3] for row in rows()]
    assert len(cells) >= 10
    named = {name for cell in cells for name in re.findall(r"`(test_\w+\.py::test_\w+)`", cell)}
    assert [cell for cell in cells if "::" not in cell] == []
    assert named - there() == set()
    others = {test for test in there() - named if not {test, test.partition("::")[0]} & ASIDE}
    assert others == set()


def test_every_row_says_what_was_done_and_what_was_seen() -> None:
    bare = [row[0] for row in rows() if not all(row[:3])]
    assert bare == []

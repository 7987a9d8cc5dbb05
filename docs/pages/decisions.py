"""The list of decisions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def decisions(folder: Path) -> Iterator[str]:
    """Every decision by its number and title."""
    yield from ("# Decisions", "", "Why it is as it is: one short file for each question.", "")
    for path in sorted(folder.glob("0*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        number = path.name[:4]
        said = title.removeprefix(f"{number}: ").removeprefix(f"{number} ")
        yield f"- {number}: [{said}]({path.name})"

"""A copy of the packaged knowledge that a test may break."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import framework_knowledge

PACKAGED = Path(framework_knowledge.__file__).parent

Edit = Callable[[str, str, str], int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged data files, without the code."""
    copied = tmp_path / "knowledge"
    shutil.copytree(PACKAGED, copied, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copied


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the first occurrence of a text in a file; returns the line of its first character."""

    def replace(name: str, old: str, new: str) -> int:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        start = text.index(old)
        path.write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")
        return text.count("\n", 0, start) + 1

    return replace

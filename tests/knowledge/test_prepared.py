"""What the build prepares of the knowledge is the knowledge, and never an older one."""

from __future__ import annotations

import shutil
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

import framework_knowledge
from framework_knowledge import load, prepared
from framework_knowledge.knowledge import Knowledge

PACKAGED = Path(framework_knowledge.__file__).parent
DAY = date(2026, 9, 1)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The packaged data files with the code beside them, and what is prepared of them."""
    copied = tmp_path / "framework_knowledge"
    shutil.copytree(PACKAGED, copied, ignore=shutil.ignore_patterns("__pycache__"))
    prepared.write(copied, load(copied))
    return copied


def test_what_is_prepared_is_what_the_tables_say(package: Path) -> None:
    read = prepared.read(package)
    assert isinstance(read, Knowledge)
    said = load(package)
    for field in fields(Knowledge):
        assert getattr(read, field.name) == getattr(said, field.name), field.name
    assert read.snapshot(DAY) == said.snapshot(DAY)
    assert read.snapshot(DAY).sha256 == said.snapshot(DAY).sha256


def test_without_anything_prepared_the_tables_are_read(package: Path) -> None:
    (package / prepared.FILE).unlink()
    assert prepared.read(package) is None


@pytest.mark.parametrize("name", ["criteria.yaml", "tables/static_dynamic.yaml", "statements.py"])
def test_what_was_changed_since_counts(package: Path, name: str) -> None:
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert prepared.read(package) is None


def test_a_table_that_came_since_counts(package: Path) -> None:
    (package / "tables" / "more.yaml").write_text("", encoding="utf-8")
    assert prepared.read(package) is None


def test_a_file_that_was_cut_off_is_not_read_as_knowledge(package: Path) -> None:
    file = package / prepared.FILE
    file.write_bytes(file.read_bytes()[:-1000])
    assert prepared.read(package) is None

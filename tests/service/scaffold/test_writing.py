"""Into a folder or a file, whole or not at all."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from framework_advisor.errors import InvalidInput
from framework_advisor.scaffold import Project, write, zipped

PROJECT = Project("some-project", {"a.py": "1\n", "b.txt": "ü\n"}, ())


def test_a_folder_that_is_not_there_or_empty_is_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "new" / "deep", tmp_path / "empty"):
        write(PROJECT, folder)
        found = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
        assert found == PROJECT.files


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "a.py").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(kept)
    for folder in (kept, tmp_path / "file", tmp_path / "link"):
        with pytest.raises(InvalidInput, match="DIR"):
            write(PROJECT, folder)
    assert (kept / "a.py").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "kept", "link"]


def test_a_project_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    broken = Project("x", {"a.py": "1\n", "no/such/folder.py": "2\n"}, ())
    with pytest.raises(InvalidInput, match="cannot be written"):
        write(broken, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_the_zip_file_holds_the_same_and_is_the_same_every_time() -> None:
    with ZipFile(BytesIO(zipped(PROJECT))) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert found == {f"some-project/{name}": text for name, text in PROJECT.files.items()}
    assert zipped(PROJECT) == zipped(PROJECT)

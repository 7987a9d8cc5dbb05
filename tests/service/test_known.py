"""Which overlays are laid over the knowledge: what the environment and the settings say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from framework_advisor import InvalidInput
from framework_advisor.known import VARIABLE, knowledge_with, overlay_paths, overlays_set
from framework_advisor.settings import Settings, load_settings
from framework_knowledge import KnowledgeError, load

LISTS = [
    ("", ()),
    ("  ", ()),
    ("/etc/acme", (Path("/etc/acme"),)),
    (os.pathsep.join(["/etc/acme", " team ", ""]), (Path("/etc/acme"), Path("team"))),
    ('["/etc/acme", "a:b"]', (Path("/etc/acme"), Path("a:b"))),
    ("[]", ()),
]


@pytest.mark.parametrize(("text", "folders"), LISTS)
def test_the_settings_and_the_command_line_read_the_list_alike(
    text: str, folders: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, text)
    assert overlays_set() == folders
    assert load_settings().knowledge_overlays == folders
    assert overlay_paths(text) == folders


@pytest.mark.parametrize("text", ["[", '["a"', "[1]", '[""]'])
def test_a_broken_list_names_the_variable(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, text)
    for read in (overlays_set, load_settings):
        with pytest.raises(InvalidInput) as caught:
            read()
        assert [error.pointer for error in caught.value.errors] == [VARIABLE]


def test_without_the_variable_nothing_is_laid_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert overlays_set() == ()
    assert knowledge_with(()) is load()


def test_folders_are_taken_as_arguments_too() -> None:
    assert Settings(knowledge_overlays=(Path("acme"),)).knowledge_overlays == (Path("acme"),)


def test_an_overlay_is_read_once_and_again_after_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        knowledge_with((tmp_path,))
    (tmp_path / "overlay.yaml").write_text('name: acme\nversion: "1"\ncontact: us\n')
    laid = knowledge_with((tmp_path,))
    assert [each.overlay.name for each in laid.overlays] == ["acme"]
    assert knowledge_with((tmp_path,)) is laid

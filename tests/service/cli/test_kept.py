"""What is kept here: recommendations, runs, hosts; and the rest of the knowledge."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]
PROFILE = b'{"stage": "research", "name": "Our \\u001b[2J group"}'


def test_a_recommendation_that_is_kept_is_listed_shown_recorded_and_deleted(
    command: Command,
) -> None:
    given = json.loads(command("recommend", "-", "--json", "--keep", input=PROFILE).stdout)
    listed = json.loads(command("recommendation", "list", "--json").stdout)
    assert [item["id"] for item in listed["items"]] == [given["id"]]
    words = command("recommendation", "list").stdout
    assert given["id"] in words
    assert "\x1b" not in words
    shown = command("recommendation", "show", given["id"], "--json")
    assert json.loads(shown.stdout) == given
    assert given["verdict"]["why"] in command("recommendation", "show", given["id"]).stdout
    assert given["id"] in command("record", given["id"]).stdout
    assert json.loads(command("replay", given["id"], "--json").stdout)["changed"] == []
    assert command("recommendation", "delete", given["id"]).exit_code == 0
    gone = command("recommendation", "show", given["id"])
    assert (gone.exit_code, gone.stdout) == (2, "")
    assert f"There is no recommendation {given['id']}" in gone.stderr


def test_a_long_list_goes_on(command: Command) -> None:
    for _ in range(3):
        command("recommend", "-", "--keep", input=PROFILE)
    first = json.loads(command("recommendation", "list", "--limit", "2", "--json").stdout)
    told = command("recommendation", "list", "--limit", "2").stderr
    cursor = first["next"].rpartition("=")[2]
    assert f"2 of 3; go on with --cursor {cursor}" in told
    rest = json.loads(command("recommendation", "list", "--cursor", cursor, "--json").stdout)
    assert len({item["id"] for item in (*first["items"], *rest["items"])}) == 3


def test_looking_where_nothing_is_kept_leaves_nothing_behind(
    command: Command, tmp_path: Path
) -> None:
    for words in (["recommendation", "list"], ["probe", "runs"], ["hosts"]):
        done = command(*words, "--json")
        assert (done.exit_code, json.loads(done.stdout)["total"]) == (0, 0)
    for words in (["recommendation", "show", "x"], ["record", "x"], ["probe", "cancel", "x"]):
        done = command(*words)
        assert (done.exit_code, done.stderr) == (2, "error: Nothing is kept here yet.\n")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("kind", ["criteria", "frameworks", "sources", "tables"])
def test_each_part_of_the_knowledge_is_listed(command: Command, kind: str) -> None:
    told = json.loads(command("knowledge", kind, "--json").stdout)
    words = command("knowledge", kind).stdout
    assert told["total"] > 0
    for item in told["items"]:
        assert item["title"] in words


def test_a_table_is_narrowed(command: Command) -> None:
    options = ["--framework", "jax", "--as-of", "2026-11-23", "--status", "outdated"]
    done = command("knowledge", "tables", *options, "--json")
    assert done.exit_code == 0
    cells = [c for t in json.loads(done.stdout)["items"] for r in t["rows"] for c in r["cells"]]
    assert {cell["standing"] for cell in cells} <= {"outdated"}

"""The command itself: its help, what it loads, wrong usage, ending by Ctrl-C."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from framework_advisor.cli.lazy import PANELS, Entry
from processes import environment

Command = Callable[..., Result]
ENTRIES = [entry for entries in PANELS.values() for entry in entries]
HEAVY = {"pydantic", "numpy", "yaml", "litestar", "sqlalchemy", "asyncio", "framework_knowledge"}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_help_says_of_each_command_what_it_says_itself(entry: Entry) -> None:
    loaded = entry.load()
    assert loaded.name == entry.name
    assert loaded.get_short_help_str(limit=1000) == entry.help


def test_help_lists_every_command_once_under_its_heading(command: Command) -> None:
    lines = command("--help").stdout.splitlines()
    for heading, entries in PANELS.items():
        begin = next(i for i, line in enumerate(lines) if f" {heading} " in line)
        below = [line.split()[1] for line in lines[begin + 1 :] if line.startswith("│")]
        assert all(entry.name in below for entry in entries)
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)
    assert max(map(len, lines)) <= 80


def test_help_loads_nothing_that_deciding_needs(tmp_path: Path) -> None:
    code = (
        "import sys, json, atexit\n"
        "atexit.register(lambda: print(json.dumps([*sys.modules]), file=sys.stderr))\n"
        "from framework_advisor.cli import main\n"
        "main(['--help'], prog_name='framework-advisor')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "recommend" in done.stdout
    assert not HEAVY & set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("arguments", "said", "read_on"),
    [
        (["forgte"], "No such command 'forgte'. Did you mean 'forget'?", ""),
        (["--jsn"], "No such option '--jsn'.", ""),
        (["host", "--jsno"], "No such option '--jsno'. Did you mean '--json'?", " host"),
        (["recommend"], "Missing argument 'PROFILE'.", " recommend"),
        (["recommend", "nowhere.json"], "'nowhere.json': No such file or directory", " recommend"),
        (["probe", "lst"], "No such command 'lst'. Did you mean 'list'?", " probe"),
    ],
)
def test_wrong_usage_is_one_line_and_where_to_read_on(
    command: Command, arguments: list[str], said: str, read_on: str
) -> None:
    done = command(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    wrong, see = done.stderr.splitlines()
    assert wrong.startswith("error: ")
    assert said in wrong
    assert see.endswith(f"{read_on} --help")


@pytest.mark.parametrize("raised", [KeyboardInterrupt, click.Abort])
def test_ctrl_c_ends_any_command_with_130(
    command: Command, monkeypatch: pytest.MonkeyPatch, raised: type[BaseException]
) -> None:
    def interrupted() -> None:
        raise raised

    monkeypatch.setattr("framework_advisor.cli.knowledge.knowledge_set", interrupted)
    done = command("knowledge", "show")
    assert (done.exit_code, done.stdout) == (130, "")
    assert "Traceback" not in done.stderr


def test_a_mistake_of_ours_is_not_hidden(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("framework_advisor.cli.knowledge.knowledge_set", broken)
    assert isinstance(command("knowledge", "show").exception, ZeroDivisionError)


def test_every_public_name_is_there() -> None:
    import framework_advisor

    assert all(getattr(framework_advisor, name) for name in framework_advisor.__all__)
    assert set(framework_advisor.__all__) <= set(dir(framework_advisor))
    with pytest.raises(AttributeError, match="no attribute 'Adviser'"):
        framework_advisor.Adviser  # noqa: B018

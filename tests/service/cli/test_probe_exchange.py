"""``probe export`` and ``probe import``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import measuring

Command = Callable[..., Result]


def test_a_run_goes_out_as_it_came_in(command: Command, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(measuring.export())
    first = command("probe", "import", tmp_path / "run.json")
    assert first.exit_code == 0, first.stderr
    assert "run_1 imported: succeeded" in first.stdout
    again = command("probe", "import", "-", input=measuring.export())
    assert "run_1 is here already" in again.stdout
    out = tmp_path / "out.json"
    done = command("probe", "export", "run_1", "-o", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_text() == measuring.export() == command("probe", "export", "run_1").stdout


def test_json_is_what_the_api_returns(command: Command) -> None:
    done = command("probe", "import", "-", "--json", input=measuring.export())
    run = json.loads(done.stdout)
    assert (run["id"], run["status"]) == ("run_1", "succeeded")
    assert run["imported_at"]


def test_what_does_not_add_up_is_refused_line_by_line(command: Command) -> None:
    document = json.loads(measuring.export())
    document["results"][0]["time"]["seconds"] = 1e-6
    done = command("probe", "import", "-", input=measuring.signed(document))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: /results/0/time/seconds: 1e-06 is not what the raw")
    assert command("probe", "export", "run_1").exit_code == 2


def test_a_file_beyond_the_limit_is_refused_with_the_setting(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWORK_ADVISOR_MAX_IMPORT_BYTES", "1000")
    done = command("probe", "import", "-", input=measuring.export())
    assert done.exit_code == 2
    assert "MAX_IMPORT_BYTES" in done.stderr


def test_a_run_that_is_not_there_and_a_file_that_cannot_be(
    command: Command, tmp_path: Path
) -> None:
    missing = command("probe", "export", "run_9")
    assert (missing.exit_code, missing.stdout) == (2, "")
    command("probe", "import", "-", input=measuring.export())
    nowhere = command("probe", "export", "run_1", "-o", tmp_path / "a" / "b")
    assert (nowhere.exit_code, nowhere.stdout) == (2, "")
    assert "cannot be written: No such file" in nowhere.stderr

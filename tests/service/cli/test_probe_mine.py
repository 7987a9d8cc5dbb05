"""``probe mine`` on the command line; the runs are real."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import measuring
from framework_advisor.api.parsing import run_request
from framework_advisor.errors import Conflict, InvalidInput
from framework_advisor.runs.resuming import reopen
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_probes.results import FAILED, OwnFile, RunRequest
from processes import advisor, alive, descendants, eventually

Command = Callable[..., Result]
MODEL = """
def inputs(rng):
    return {"x": rng.standard_normal((16, 16))}
def in_jax(x):
    return x @ x
"""


def test_a_template_is_a_file_to_begin_with(command: Command) -> None:
    done = command("probe", "mine", "--template", "keras")
    assert done.exit_code == 0
    assert "def keras_model():" in done.stdout
    compile(done.stdout, "my_model.py", "exec")


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("def inputs(rng:", [], "error: my_model.py line 1: "),
        (MODEL.replace("in_jax", "in_java"), [], "error: my_model.py: in_java is not looked at"),
        (MODEL, ["--frameworks", "keras"], "error: frameworks: 'keras', expected one of those"),
        (MODEL, ["--train"], "error: my_model.py: has no training step; expected training()"),
    ],
)
def test_a_file_that_cannot_be_measured_is_named_and_nothing_is_begun(
    command: Command, tmp_path: Path, text: str, options: list[str], said: str
) -> None:
    path = tmp_path / "my_model.py"
    path.write_text(text)
    done = command("probe", "mine", path, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "error: my_model.py: no rows; expected rows(count, rng) and in_numpy(x, weights)."),
        (["--train"], "--deploy goes with --frameworks and --budget alone."),
    ],
)
def test_a_file_that_cannot_be_exported_is_named_and_nothing_is_begun(
    command: Command, tmp_path: Path, options: list[str], said: str
) -> None:
    path = tmp_path / "my_model.py"
    path.write_text(MODEL)
    done = command("probe", "mine", path, "--deploy", *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_a_file_is_exported_run_and_shown(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "my_model.py"
    path.write_text(command("probe", "mine", "--template", "deployment").stdout)
    options = ("--deploy", "--frameworks", "jax")
    process = advisor("probe", "mine", str(path), *options, data_dir=tmp_path / "data")
    out, err = process.communicate(timeout=280)
    assert process.returncode in (0, 4), err
    assert "Framework by target" in out
    right = out.partition("Ran and is right")[2].partition("compiled only")[0]
    assert {"jax-jax_export", "jax-saved_model", "jax-litert"} <= set(right.split())
    assert right.count("my_model") >= 3
    assert "No export was tried" in command("deployment").stderr


def test_no_file_says_how_to_get_one(command: Command) -> None:
    done = command("probe", "mine")
    assert done.exit_code == 2
    assert "--template callables > my_model.py" in done.stderr


def test_a_file_is_measured_kept_and_decides_nothing(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "my_model.py"
    path.write_text(MODEL)
    process = advisor("probe", "mine", str(path), "--json", data_dir=tmp_path / "data")
    out, err = process.communicate(timeout=150)
    run = json.loads(out)
    failed = run["status"] == "failed" or FAILED & run["counts"].keys()
    assert process.returncode == (4 if failed else 0), err
    assert run["suite"] == "mine"
    assert run["own"]["name"] == "my_model.py"
    assert len(run["own"]["sha256"]) == 64
    shown = command("probe", "show", run["id"]).stdout
    assert shown.count("mine.my_model") == 2
    assert f"my_model.py, sha256 {run['own']['sha256'][:16]}" in shown
    assert "no reference; compared with one another, beginning with jax eager" in shown
    done = command("recommend", "-", "--json", input='{"stage": "research"}')
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["measurements"] == []


def test_a_failed_probe_of_a_file_is_code_4(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "my_model.py"
    path.write_text(MODEL.replace("return x @ x", "raise ValueError('not today')"))
    process = advisor("probe", "mine", str(path), data_dir=tmp_path / "data")
    out, err = process.communicate(timeout=150)
    assert process.returncode == 4, err
    assert "my_model.py line 5, in in_jax: ValueError: not today" in out


def test_no_request_can_name_a_file() -> None:
    for wrong in ({"suite": "mine"}, {"own": {"name": "a.py"}}, {"file": "a.py"}):
        with pytest.raises(InvalidInput):
            run_request(**wrong)


def test_runs_of_own_files_neither_decide_nor_hide_those_that_do(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    own = OwnFile("my_model.py", "0" * 64, ("eager",), thorough=False)

    async def act() -> tuple[str, ...]:
        async with Store(settings) as store:
            await store.hosts.add(measuring.HOST)
            for number in range(7):
                run = f"run_{number}"
                asked = RunRequest(run, "mine", own=own) if number else measuring.request(run)
                await store.runs.create(asked, measuring.HOST.id)
                await store.runs.start(run)
                await store.runs.end(run, "succeeded", "")
            newest = await store.runs.newest_finished(measuring.HOST.id, 1)
            assert [ended.id for ended in newest] == ["run_6"]
            with pytest.raises(Conflict, match="measure it again: framework-advisor probe mine"):
                await reopen(store, "run_6", measuring.HOST.id)
            return tuple(
                ended.id for ended in await store.runs.newest_of_catalogue(measuring.HOST.id, 5)
            )

    assert asyncio.run(act()) == ("run_0",)


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_measured(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "my_model.py"
    path.write_text(command("probe", "mine", "--template", "keras").stdout)
    options = ("--tiers", "eager", "--json")
    process = advisor("probe", "mine", str(path), *options, data_dir=tmp_path / "data")
    eventually(lambda: _results(tmp_path / "data"), 240)
    below = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    run = json.loads(out)
    assert process.returncode == 130, err
    assert run["status"] == "cancelled"
    assert not alive(below)
    shown = json.loads(command("probe", "show", run["id"], "--json").stdout)
    assert {result["probe"] for result in shown["results"]} >= {"mine.my_model"}


def _results(data_dir: Path) -> list[object]:
    path = data_dir / "advisor.sqlite3"
    if not path.exists():
        return []
    store = sqlite3.connect(path)
    tables = store.execute("SELECT name FROM sqlite_master WHERE name = 'results'").fetchall()
    found = store.execute("SELECT id FROM results").fetchall() if tables else []
    store.close()
    return found

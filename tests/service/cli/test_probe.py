"""``probe`` on the command line; the runs are real."""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from framework_probes import environments
from framework_probes.offered import PROBES
from framework_probes.results import FAILED
from processes import advisor, alive, descendants, eventually

Command = Callable[..., Result]
#: Long enough to be caught in the middle.
LONG = "encoder_block,conv_block,matmul,dispatch"


def test_the_list_is_the_catalogue(command: Command) -> None:
    told = json.loads(command("probe", "list", "--json").stdout)
    assert [probe["id"] for probe in told["items"]] == list(PROBES)
    words = command("probe", "list").stdout.splitlines()
    assert [line.split()[0] for line in words[1:]] == list(PROBES)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--suite", "quik"], ["/suite"]),
        (["--device", "abacus"], ["/device"]),
        (["--device", "tpu"], ["/device"]),
        (["--probes", "matmul,matmal"], ["/probes/1"]),
        (["--frameworks", "torch", "--budget", "-1"], ["/frameworks/0", "/budget_s"]),
    ],
)
def test_a_wrong_request_is_named_and_measures_nothing(
    command: Command, tmp_path: Path, options: list[str], said: list[str]
) -> None:
    done = command("probe", "run", *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert [line.split()[1].rstrip(":") for line in done.stderr.splitlines()] == said
    assert not (tmp_path / "data").exists()


def test_a_probe_that_nobody_knows_is_told_by_its_nearest_alone(command: Command) -> None:
    (near,) = command("probe", "run", "--probes", "matmull").stderr.splitlines()
    assert "expected 'matmul', 'matmul.small' or 'matmul.large'; " in near
    assert "framework-advisor probe list" in near
    (far,) = command("probe", "run", "--probes", "x").stderr.splitlines()
    assert "'" not in far
    assert "framework-advisor probe list" in far


def test_before_any_run_there_is_nothing_to_show(command: Command) -> None:
    done = command("probe", "show")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "probe run" in done.stderr


def test_a_run_is_measured_kept_and_counts(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole path: measure, show, host, recommend."""
    process = advisor(
        "probe",
        "run",
        "--frameworks",
        "jax,pytorch",
        "--probes",
        "matmul",
        "--json",
        data_dir=tmp_path / "data",
    )
    out, err = process.communicate(timeout=150)
    run = json.loads(out)
    # A busy host makes a result contended or unstable, which is no failure.
    failed = run["status"] == "failed" or FAILED & run["counts"].keys()
    assert process.returncode == (4 if failed else 0), err
    assert "measuring" in err or "matmul" in err
    show = command("probe", "show", run["id"], "--json")
    measured = json.loads(show.stdout)
    assert len(measured["results"]) == sum(run["counts"].values()) == 4
    table = command("probe", "show", run["id"]).stdout.splitlines()
    assert len([line for line in table if line.startswith("matmul")]) == 4
    assert run["id"] in table[-1]
    assert json.loads(command("host", "--json").stdout)["peaks"]["flops_per_s"] > 0
    profile = json.dumps({"stage": "research", "evidence": {"probe_run": run["id"]}})
    done = command("recommend", "-", "--json", input=profile)
    assert done.exit_code == 0, done.stderr or done.exception
    answer = json.loads(done.stdout)
    assert len(answer["measurements"]) == len(measured["pairs"])


def test_ctrl_c_cancels_keeps_what_is_finished_and_leaves_no_process(
    command: Command, tmp_path: Path
) -> None:
    process = advisor(
        "probe",
        "run",
        "--frameworks",
        "jax",
        "--probes",
        LONG,
        "--json",
        data_dir=tmp_path / "data",
    )

    def kept() -> list[object]:
        if not (tmp_path / "data" / "advisor.sqlite3").exists():
            return []
        return _results(tmp_path / "data")

    eventually(kept, 90)
    below = descendants(process.pid)
    assert below
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    run = json.loads(out)
    assert process.returncode == 130
    assert f"go on with: framework-advisor probe resume {run['id']}" in err
    assert run["status"] == "cancelled"
    assert run["counts"]
    assert not alive(below)
    before = json.loads(command("probe", "show", run["id"], "--json").stdout)["results"]
    assert len(before) == sum(run["counts"].values())
    _resumes(command, tmp_path, run, [result["id"] for result in before])


def _resumes(command: Command, tmp_path: Path, run: dict[str, object], before: list[str]) -> None:
    """What a stopped run has finished is kept as it was, and the rest is measured."""
    process = advisor("probe", "run", "--resume", run["id"], "--json", data_dir=tmp_path / "data")
    out, err = process.communicate(timeout=150)
    ended = json.loads(out)
    assert ended["id"] == run["id"], err
    assert ended["status"] in ("succeeded", "partial"), err
    shown = json.loads(command("probe", "show", str(run["id"]), "--json").stdout)
    after = shown["results"]
    assert [result["id"] for result in after][: len(before)] == before
    assert {result["probe"] for result in after} == set(LONG.split(","))
    assert len(after) == 8
    assert ended["progress"] == {"done": 8, "planned": 8}
    again = command("probe", "run", "--resume", str(run["id"]))
    assert again.exit_code != 0
    assert f"Probe run {run['id']} came to its own end" in again.stderr


def test_a_resumed_run_takes_no_other_option(command: Command) -> None:
    done = command("probe", "run", "--resume", "run_1", "--suite", "full")
    assert done.exit_code == 2
    assert "--resume goes with no other option" in done.stderr


def test_a_run_that_is_not_there_cannot_be_resumed(command: Command) -> None:
    done = command("probe", "run", "--resume", "run_none")
    assert done.exit_code != 0
    assert "There is no probe run run_none." in done.stderr


def _results(data_dir: Path) -> list[object]:
    with sqlite3.connect(data_dir / "advisor.sqlite3") as store:
        tables = store.execute("SELECT name FROM sqlite_master WHERE name = 'results'").fetchall()
        found = store.execute("SELECT id FROM results").fetchall() if tables else []
    store.close()
    return found


def test_interpreters_that_variables_name_are_checked_as_a_run_would_take_them(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(environments.variable("jax"), sys.executable)
    monkeypatch.setenv(environments.variable("pytorch"), str(tmp_path / "none"))
    done = command("probe", "environments", "--check", "--json")
    assert done.exit_code == 4
    named = {each["variable"]: each["checks"] for each in json.loads(done.stdout)["named"]}
    (jax,) = named["FRAMEWORK_ADVISOR_PYTHON_JAX"]
    assert (jax["subject"], jax["outcome"]) == ("jax", "ok")
    (torch,) = named["FRAMEWORK_ADVISOR_PYTHON_PYTORCH"]
    assert torch["outcome"] == "crash"
    assert "none cannot be run" in torch["reason"]

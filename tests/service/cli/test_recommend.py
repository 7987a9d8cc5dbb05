"""``recommend`` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from litestar.testing import TestClient

from framework_advisor.app import create_app
from framework_advisor.settings import Settings

Command = Callable[..., Result]
PROFILE = {"stage": "production", "targets": ["android"], "must_not_use": ["jax"]}


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(PROFILE))
    return path


def test_json_is_what_http_returns_and_nothing_else(
    command: Command, profile: Path, tmp_path: Path
) -> None:
    done = command("recommend", profile, "--json")
    assert done.exit_code == 0
    assert done.stdout.count("\n") == 1
    told = json.loads(done.stdout)
    app = create_app(Settings(data_dir=tmp_path / "other"))
    with TestClient(app, "http://127.0.0.1") as client:
        answer = client.post("/v1/recommendations", json=PROFILE).json()
    for name in ("id", "created_at", "links"):
        assert told.pop(name)
        answer.pop(name)
    assert told == answer


def test_a_person_reads_the_verdict_first_and_then_what_it_rests_on(
    command: Command, profile: Path
) -> None:
    told = json.loads(command("recommend", profile, "--json").stdout)
    done = command("recommend", profile)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert told["verdict"]["framework"] in lines[0].lower()
    assert f"{told['verdict']['p_best']:.2f}" in lines[0]
    assert lines[1] == told["verdict"]["why"]
    headings = [line for line in lines if line and not line.startswith(" ")][2:]
    assert [h for h in headings if h in {"Build with", "Ranking", "Ruled out", "Measured"}] == [
        "Build with",
        "Ranking",
        "Ruled out",
        "Measured",
    ]
    for row in told["ranking"]:
        assert any(f"{row['value']['mean']:.3f}" in line for line in lines)
    for out in told["excluded"]:
        assert out["why"] in done.stdout


def test_a_profile_comes_from_standard_input_too(command: Command, profile: Path) -> None:
    done = command("recommend", "-", "--json", input=profile.read_text())
    assert done.exit_code == 0
    assert json.loads(done.stdout)["profile"]["stage"] == "production"


def test_looking_leaves_no_store_behind(command: Command, profile: Path, tmp_path: Path) -> None:
    assert command("recommend", profile).exit_code == 0
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"stage": "proud"}', "/stage"),
        ('{"stage": "research", "colour": 1}', "/colour"),
        ('{"stage', "not JSON"),
        ("stage: [research", "not YAML"),
        ("stage: research\nworkload: {famly: cnn}", "did you mean 'family'?"),
        ("[]", "an object"),
        ('{"stage": "research", "evidence": {"probe_run": "run_x"}}', "/evidence/probe_run"),
    ],
)
def test_bad_input_is_one_line_for_each_mistake_and_code_2(
    command: Command, text: str, said: str
) -> None:
    done = command("recommend", "-", input=text)
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert "expected" in line


def test_a_file_that_is_not_there_is_bad_input(command: Command) -> None:
    done = command("recommend", "nowhere.json")
    assert done.exit_code == 2
    assert "nowhere.json" in done.stderr


def test_nothing_feasible_is_code_3_and_says_why(command: Command) -> None:
    profile = {
        "stage": "production",
        "candidates": ["tensorflow"],
        "platform": {"os": ["windows"], "accelerators": ["nvidia"]},
    }
    done = command("recommend", "-", "--json", input=json.dumps(profile))
    told = json.loads(done.stdout)
    assert told["verdict"]["status"] == "infeasible"
    assert done.exit_code == 3
    words = command("recommend", "-", input=json.dumps(profile))
    assert words.exit_code == 3
    assert words.stdout.startswith("No framework (infeasible)")
    assert "Ruled out" in words.stdout


def test_measurements_can_be_left_out(command: Command, profile: Path) -> None:
    done = command("recommend", profile, "--json", "--no-measurements")
    assert json.loads(done.stdout)["measurements"] == []

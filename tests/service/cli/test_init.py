"""``init`` on the command line: what it writes, ``recommend`` takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from framework_advisor.profile_file import read_profile

Command = Callable[..., Result]
ALL = "production\nPlant finder\ncnn\ntraining, inference\nandroid, ios\nnvidia\nkeras\nyes\n"


@pytest.mark.parametrize("name", ["p.yaml", "p.json"])
def test_what_was_answered_is_written_and_taken(
    command: Command, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    done = command("init", file, input=ALL)
    assert (done.exit_code, done.stdout) == (0, "")
    profile = read_profile(file.read_bytes(), name)
    assert profile.model_dump(mode="json", exclude_unset=True) == {
        "stage": "production",
        "name": "Plant finder",
        "workload": {"family": "cnn", "phases": ["training", "inference"]},
        "targets": ["android", "ios"],
        "platform": {"accelerators": ["nvidia"]},
        "team": {"existing_code": ["keras"], "pretrained": True},
    }
    told = command("recommend", file, "--json")
    assert json.loads(told.stdout)["profile"]["name"] == "Plant finder"


@pytest.mark.parametrize("end", ["", ".\n"])
def test_it_can_be_left_with_what_is_known_so_far(
    command: Command, tmp_path: Path, end: str
) -> None:
    done = command("init", tmp_path / "p.yaml", input=f"research\n\nllm\n{end}")
    assert done.exit_code == 0
    profile = read_profile((tmp_path / "p.yaml").read_bytes(), "p.yaml")
    assert profile.model_dump(exclude_unset=True) == {
        "stage": "research",
        "workload": {"family": "llm"},
    }


def test_a_wrong_answer_is_told_and_asked_again_and_help_is_given(
    command: Command, tmp_path: Path
) -> None:
    done = command("init", tmp_path / "p.yaml", input="?\n\nproud\nresearch\n.\n")
    assert done.exit_code == 0
    assert "One stage, or several where one choice must serve them all." in done.stderr
    assert '"proud" is not accepted; expected' in done.stderr
    assert done.stderr.count("Which stage") == 4


def test_without_a_stage_nothing_is_written(command: Command, tmp_path: Path) -> None:
    done = command("init", tmp_path / "p.yaml", input="")
    assert done.exit_code == 2
    assert "error: /stage: the stage was not said; expected one of research" in done.stderr
    assert not (tmp_path / "p.yaml").exists()


def test_a_file_to_be_filled_in_asks_nothing(command: Command) -> None:
    done = command("init", "-", "--defaults", "--stage", "education")
    assert done.exit_code == 0
    assert "\nstage: education\n" in done.stdout
    assert "\n#workload:\n" in done.stdout
    told = command("recommend", "-", "--json", input=done.stdout)
    assert json.loads(told.stdout)["profile"] == {"stage": "education"}


def test_a_file_that_is_there_stays(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("mine")
    done = command("init", file, "--defaults")
    assert done.exit_code == 2
    assert "is there already" in done.stderr
    assert file.read_text() == "mine"
    assert command("init", file, "--defaults", "--force").exit_code == 0
    assert file.read_text() != "mine"
    wrong = command("init", tmp_path / "p.toml", "--defaults")
    assert (wrong.exit_code, "expected .yaml, .yml or .json" in wrong.stderr) == (2, True)

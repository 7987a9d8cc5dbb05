"""``record`` on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]
EXAMPLE = Path(__file__).parents[3] / "examples" / "phone_app.json"


def test_a_profile_becomes_markdown_on_standard_output(command: Command) -> None:
    done = command("record", "--profile", EXAMPLE)
    assert done.exit_code == 0
    assert done.stdout.startswith("# PyTorch for Plant finder\n")


@pytest.mark.parametrize(("name", "begins"), [("r.md", "# PyTorch"), ("r.HTML", "<!doctype html>")])
def test_the_suffix_says_in_which_form(
    command: Command, tmp_path: Path, name: str, begins: str
) -> None:
    done = command("record", "--profile", EXAMPLE, "-o", tmp_path / name)
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / name).read_text().startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give the id of a recommendation, or --profile FILE"),
        (["rec_1", "--profile", str(EXAMPLE)], "give the id of a recommendation"),
        (["rec_1"], "Nothing is kept here yet."),
        (["rec_1", "-o", "r.pdf"], "--output: r.pdf is of no kind of record; expected .md or"),
    ],
)
def test_wrong_use_is_told(command: Command, arguments: list[str], said: str) -> None:
    done = command("record", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr

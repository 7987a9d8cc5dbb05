"""What is written for people: on a terminal, down a pipe, with text that somebody else gave."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from framework_advisor.cli.terminal import BAR, bar, columns, literal, show
from processes import environment

Command = Callable[..., Result]
ASKED = Path(__file__).parents[3] / "examples" / "cpu_vision_service.json"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def on_a_terminal(tmp_path: Path, *arguments: str, **variables: str) -> str:
    """What a command writes on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "framework_advisor.cli", *arguments],
        env={**environment(tmp_path), "TERM": "xterm-256color", **variables},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            told += os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
    os.close(ours)
    assert process.wait() == 0
    return told.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [80, 120])
def test_a_recommendation_fits_the_terminal_in_colours(tmp_path: Path, width: int) -> None:
    told = on_a_terminal(tmp_path, "recommend", str(ASKED), COLUMNS=str(width))
    lines = ESCAPE.sub("", told).splitlines()
    assert max(map(len, lines)) <= width
    assert "█" in told
    assert "\x1b[1;32mPyTorch (clear)" in told


def test_no_color_is_heeded(tmp_path: Path) -> None:
    told = on_a_terminal(tmp_path, "recommend", str(ASKED), NO_COLOR="1")
    assert "PyTorch (clear)" in told
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", told)


def test_down_a_pipe_there_are_whole_lines_without_colours(command: Command) -> None:
    told = command("recommend", ASKED).stdout
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) > 100
    assert all(line == line.rstrip() for line in told.splitlines())


def test_text_of_somebody_else_does_not_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(columns(("a", "b"), [("\x1b[2Jx\r\x07", "[red]y[/red] :smile:")]), literal("\x9b31mz\ty"))
    told = capsys.readouterr().out
    assert told.splitlines()[1].split(maxsplit=1) == ["�[2Jx��", "[red]y[/red] :smile:"]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told)


@pytest.mark.parametrize(
    ("share", "of", "drawn"),
    [
        (1.0, 1.0, "█" * BAR),
        (0.0, 1.0, "░" * BAR),
        (0.5, 0.75, "█" * 8 + "░" * 4),
        (0.2, 0.1, "███"),
    ],
)
def test_a_bar_is_as_long_as_its_share(share: float, of: float, drawn: str) -> None:
    assert bar(share, of).plain == drawn

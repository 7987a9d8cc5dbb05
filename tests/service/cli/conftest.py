"""The command line, in process where that is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from framework_advisor.cli import main

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs a command against an empty data directory."""
    monkeypatch.setenv("FRAMEWORK_ADVISOR_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str | Path, input: str | bytes | None = None) -> Result:  # noqa: A002
        return CliRunner().invoke(main, [str(a) for a in arguments], input=input)

    yield run
    # A command sets the log up for its process, which here is everybody's.
    structlog.reset_defaults()

"""Runs against a stand-in for the probes, in a store of their own."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from framework_advisor.runs.process import ProbeProcess
from framework_advisor.settings import Settings
from framework_probes.results import RunRequest
from processes import environment

SCRIPT = Path(__file__).with_name("scripted_probes.py")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PYTHONPATH", environment(tmp_path)["PYTHONPATH"])
    return Settings(data_dir=tmp_path)


@pytest.fixture
def playing() -> Callable[[str], Callable[[RunRequest], ProbeProcess]]:
    """Probes that play a scenario."""
    return lambda scenario: functools.partial(
        ProbeProcess, program=(sys.executable, str(SCRIPT), scenario)
    )

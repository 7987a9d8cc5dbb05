"""Real servers whose probes do what a test says."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def serving() -> Callable[..., tuple[str, ...]]:
    """Makes ``framework-advisor`` with that script in place of the probes."""

    def program(script: str, *arguments: object) -> tuple[str, ...]:
        probes = [sys.executable, str(HERE / script), *map(str, arguments)]
        return (sys.executable, str(HERE / "serving.py"), json.dumps(probes))

    return program


@pytest.fixture
def faulty(
    serving: Callable[..., tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[str, ...]]:
    """Makes ``framework-advisor`` whose real workers go wrong; they leave notes in ``tmp_path``."""
    monkeypatch.setenv("HOME", str(tmp_path))

    def program(*faults: str, **limits: float) -> tuple[str, ...]:
        return serving("faulty_probes.py", ",".join(faults), json.dumps(limits))

    return program

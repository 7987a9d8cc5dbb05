"""Real servers whose probes do what a test says."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
#: ``framework-advisor`` with that program in place of the probes.
Serving = Callable[..., tuple[str, ...]]


@pytest.fixture
def serving() -> Serving:
    def program(script: str, *arguments: object) -> tuple[str, ...]:
        probes = [sys.executable, str(HERE / script), *map(str, arguments)]
        return (sys.executable, str(HERE / "serving.py"), json.dumps(probes))

    return program

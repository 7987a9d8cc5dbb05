"""What a command costs from its start to its end, beside a bare interpreter's start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure, paired

SAMPLES = 21
EXAMPLE = Path(__file__).parents[1] / "examples" / "phone_app.json"
COMMANDS = {
    "framework-advisor --help": ["--help"],
    "framework-advisor recommend, from a file": ["recommend", str(EXAMPLE)],
}


def measure() -> list[Figure]:
    """Seconds of whole processes; nothing is stored yet, so nothing measured is looked up."""
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "FRAMEWORK_ADVISOR_DATA_DIR": empty}
        return [
            paired(
                name,
                "s",
                lambda arguments=arguments: _seconds(  # type: ignore[misc]
                    ["-m", "framework_advisor.cli", *arguments], environment
                ),
                lambda: _seconds(["-c", "pass"], environment),
                "a bare interpreter's start",
                SAMPLES,
            )
            for name, arguments in COMMANDS.items()
        ]


def _seconds(arguments: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - start

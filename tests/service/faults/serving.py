"""``framework-advisor`` with other probes in place of the real ones; all else is as users have it.

Run as a program: PROBES ARGUMENTS…, where PROBES is a JSON list, the program that stands for the
probes' process. The file that ``FAULTS_CLOCK`` names, where it does, says how many seconds the wall
clock is off.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from framework_advisor import app
from framework_advisor.cli import main
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.queue import RunQueue


def off_s() -> float:
    """How far the wall clock is off now, seconds."""
    return float(Path(os.environ["FAULTS_CLOCK"]).read_text())


class Jumping(datetime):
    """A wall clock that jumps."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """What it shows."""
        return datetime.now(tz) + timedelta(seconds=off_s())


def let_the_clock_jump() -> None:
    """Whoever asks for the time of day is told the wrong one; durations are not made of it."""
    right = time.time
    time.time = lambda: right() + off_s()
    for name, module in list(sys.modules.items()):
        ours = name.startswith(("framework_advisor.store", "framework_advisor.advisor"))
        if ours and getattr(module, "datetime", None) is datetime:
            module.datetime = Jumping  # type: ignore[attr-defined]


if __name__ == "__main__":
    program = tuple(json.loads(sys.argv.pop(1)))
    probes = functools.partial(ProbeProcess, program=program)
    app.RunQueue = functools.partial(RunQueue, probes=probes)  # type: ignore[misc,assignment]
    if "FAULTS_CLOCK" in os.environ:
        let_the_clock_jump()
    main()

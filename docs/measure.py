"""Keep a run for the docs: ``python docs/measure.py``, or with the events of a run on stdin.

Measures the quick suite with every framework that is installed (some two minutes, on a machine
that does nothing else) and writes ``docs/measured/DAY-HOST.json``. With ``--events`` it takes what
``python -m framework_probes run`` wrote, from standard input. Progress lines are left out, all else
is kept.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from framework_probes.results import Event, Progress, Result, RunRequest, Started
from framework_probes.serialization import event_from_line, to_line
from framework_probes.session import execute

FOLDER = Path(__file__).parent / "measured"


def keep(events: Iterable[Event], suite: str, day: str) -> Path:
    """Write the events of one run; returns the file. One event a line, so that it can be read."""
    kept = [event for event in events if not isinstance(event, Progress)]
    host = next(event.host for event in kept if isinstance(event, Started))
    run = next(event.run for event in kept if isinstance(event, Result))
    head = json.dumps({"run": run, "suite": suite, "measured_on": day})[:-1]
    path = FOLDER / f"{day}-{host.id}.json"
    path.write_text(head + ', "events": [\n' + ",\n".join(map(to_line, kept)) + "\n]}\n")
    return path


def main() -> None:
    """Measure, or read what was measured today, and keep it."""
    request = RunRequest(run=f"run_{uuid.uuid4().hex[:16]}")
    recorded = "--events" in sys.argv[1:]
    events = map(event_from_line, sys.stdin) if recorded else execute(request)
    path = keep(events, request.suite, str(datetime.now(UTC).date()))
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()

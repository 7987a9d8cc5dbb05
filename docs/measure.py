"""Keep a run for the docs: ``python docs/measure.py``, or ``python docs/measure.py FILE``.

Measures the quick suite with every framework that is installed (some two minutes, on a machine
that does nothing else) and writes ``docs/measured/DAY-HOST.json``, a ``probe-run-export/1`` as
``framework-advisor probe import`` takes it. With a file it keeps that one: what
``python -m framework_probes run --export FILE`` or ``probe export`` wrote. A run of the suite
``deployment`` is kept in a folder of its own and makes the matrix; one of ``full`` the page of
the whole catalogue.
"""

from __future__ import annotations

import gzip
import sys
import uuid
from pathlib import Path

from framework_advisor.runs.exported import parse_export
from framework_probes.deployment import SUITE as DEPLOYMENT
from framework_probes.export import of_events, write
from framework_probes.exporting import now
from framework_probes.results import RunRequest
from framework_probes.session import execute

FOLDER = Path(__file__).parent / "measured"
WHOLE = "full"
#: Suites whose runs are kept in folders of their own, for pages of their own.
OF_THEIR_OWN = (DEPLOYMENT, WHOLE)


def keep(text: str) -> Path:
    """Keep an export that adds up; returns the file."""
    export = parse_export(text.encode()).export
    suite = export.run.request.suite
    folder = FOLDER / suite if suite in OF_THEIR_OWN else FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / f"{export.run.finished_at.date()}-{export.hosts[0].host.id}.json"
    if suite != WHOLE:
        write(path, text)
        return path
    # A dozen megabytes of raw blocks; without a time stamp, so that the same run is the same file.
    compressed = path.with_name(f"{path.name}.gz")
    compressed.write_bytes(gzip.compress(text.encode(), mtime=0))
    return compressed


def main() -> None:
    """Measure, or read what was measured, and keep it."""
    if sys.argv[1:]:
        text = Path(sys.argv[1]).read_text(encoding="utf-8")
    else:
        request = RunRequest(run=f"run_{uuid.uuid4().hex[:16]}")
        events = list(execute(request))
        text = of_events(events, now())
    sys.stdout.write(f"{keep(text)}\n")


if __name__ == "__main__":
    main()

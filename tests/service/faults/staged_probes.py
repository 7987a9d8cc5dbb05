"""Stands in for the probes' process: the results of a real plan, made up, held where a test says.

Run as a program: FOLDER SUPERVISOR run --run ID … --events-fd N. It holds at the stage that
``FOLDER/hold`` names, once it has said so in ``FOLDER/reached``, for as long as it says that. The
probes that it measured stand in ``FOLDER/measured``.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import measuring
from framework_advisor.runs.child import die_with
from framework_probes.__main__ import _parser
from framework_probes.host import fingerprint
from framework_probes.planning import plan
from framework_probes.recomputation import recompute
from framework_probes.results import Progress, Result, RunRequest, Started
from framework_probes.seats import Setup
from framework_probes.serialization import to_line


def main(folder: Path) -> None:
    """Send the events of the plan."""
    options = _parser().parse_args()
    asked = RunRequest(
        options.run, options.suite, options.frameworks, options.probes, budget_s=options.budget
    )
    planned = plan(asked, Setup())

    def at(stage: str) -> None:
        hold = folder / "hold"
        if hold.exists() and hold.read_text() == stage:
            (folder / "reached").write_text(stage)
            while hold.exists() and hold.read_text() == stage:
                time.sleep(0.02)

    def send(event: object) -> None:
        os.write(options.events_fd, to_line(event).encode() + b"\n")

    at("starting")
    send(Started(fingerprint(), measuring.PEAKS, planned.planned, asked))
    send(measuring.ENVIRONMENT)
    at("measuring")
    done = 0
    for probe in planned.probes:
        with (folder / "measured").open("a") as measured:
            measured.write(f"{probe.id}\n")
        results: list[Result] = []
        for contender in planned.contenders(probe):
            results.append(measuring.finished(options.run, probe.id, contender))
            done += 1
            send(results[-1])
            at(f"result {done}")
        for pair in recompute(results).pairs:
            send(pair)
        send(Progress(done, planned.planned, f"{probe.id} is done"))
    at("ending")


if __name__ == "__main__":
    where, supervisor = Path(sys.argv.pop(1)), int(sys.argv.pop(1))
    die_with(supervisor)
    main(where)

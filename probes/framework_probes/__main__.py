"""The probes on the command line: ``python -m framework_probes run|mine|list|host|selftest``.

``run`` and ``mine`` write events as JSON lines to a descriptor of their own, or to standard output,
and progress for people to standard error. A line counts once its newline is there. On SIGTERM and
SIGINT every worker is ended first, and no further line is written.

Exit codes: 0 done, 2 bad input, 4 a probe failed, 128 + n ended by signal n.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import uuid
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import cast

from framework_probes import exporting, host
from framework_probes.devices import KINDS
from framework_probes.mine import command as mining
from framework_probes.offered import PROBES, SUITES
from framework_probes.results import FAILED, Event, Framework, Progress, Result, RunRequest
from framework_probes.resumption import resume
from framework_probes.selftests import command as selftesting
from framework_probes.serialization import MalformedLine, event_from_line, to_line
from framework_probes.session import InvalidRequest, execute, measure_host

#: Outcomes that mean that something broke, rather than that it is absent or was left out.


class Cancelled(BaseException):
    """A signal asked the run to end. No Exception: nothing on the way may take it for a failure."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.command in ("run", "mine") and options.events_fd is None and options.export is None:
        options.events_fd = 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _cancel)
    try:
        match options.command:
            case "run":
                return _run(options)
            case "mine":
                return _mine(options)
            case "list":
                return _list()
            case "selftest":
                return selftesting.act(options)
            case _:
                return _host()
    except InvalidRequest as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except Cancelled as cancelled:
        return 128 + cancelled.number
    except BrokenPipeError:
        sys.stderr.write("nobody reads the events any more\n")
        return 1


def _run(options: argparse.Namespace) -> int:
    request = RunRequest(
        run=options.run,
        suite=options.suite,
        frameworks=cast(tuple[Framework, ...] | None, options.frameworks),
        probes=options.probes,
        device=options.device,
        budget_s=options.budget,
        seed=options.seed,
    )
    return _tell(_resumed(options) if options.resume else execute(request), options)


def _mine(options: argparse.Namespace) -> int:
    if options.template:
        sys.stdout.write(mining.template(options.template))
        return 0
    return _tell(mining.events(options), options)


def _tell(measuring: Generator[Event, None, None], options: argparse.Namespace) -> int:
    """Write the events as they come; returns the exit code."""
    failed = False
    with exporting.kept(options.export) as note, closing(measuring) as events:
        for event in events:
            note(event)
            if options.events_fd is not None:
                _write(options.events_fd, to_line(event) + "\n")
            if isinstance(event, Progress):
                sys.stderr.write(f"[{event.done}/{event.planned}] {event.message}\n")
            failed = failed or (isinstance(event, Result) and event.outcome in FAILED)
    return 4 if failed else 0


def _resumed(options: argparse.Namespace) -> Generator[Event, None, None]:
    path = Path(options.resume)
    try:
        # What was killed may have left half a line, which does not count.
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        events = [event_from_line(line) for line in lines if line.endswith("\n")]
    except (OSError, MalformedLine) as error:
        raise InvalidRequest("resume", options.resume, f"the events of a run: {error}") from None
    return resume(events, budget_s=options.budget)


def _list() -> int:
    for probe in PROBES.values():
        suites = ", ".join(name for name, suite in SUITES.items() if probe.id in suite.probes)
        sys.stdout.write(f"{probe.id:16} {probe.cost_s:4.0f} s  {suites:12} {probe.measures}\n")
    return 0


def _host() -> int:
    described, peaks = measure_host()
    found = {
        "host": asdict(described),
        "frameworks": host.installed(),
        "peaks": asdict(peaks) if peaks else None,
    }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m framework_probes", description="Measure deep-learning frameworks here."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure; events as JSON lines")
    run.add_argument("--suite", default="quick", help=" or ".join(SUITES))
    run.add_argument("--frameworks", type=_names, help="comma-separated; default all")
    run.add_argument("--probes", type=_names, help="comma-separated; default all of the suite")
    run.add_argument(
        "--resume",
        metavar="FILE",
        help="events of a run that was killed: what it finished is kept, the rest is measured; "
        "of the other options only --budget and --events-fd count. Write to another file",
    )
    mine = commands.add_parser("mine", help="measure your own model; events as JSON lines")
    mining.add_arguments(mine, _names)
    for each in (run, mine):
        each.add_argument("--device", default="cpu", help=" or ".join(KINDS))
        each.add_argument("--run", default=f"run_{uuid.uuid4().hex[:16]}", help="id of the run")
        each.add_argument("--budget", type=float, help="seconds; default the suite's")
        each.add_argument("--seed", type=int, default=0, help="of inputs and the order of turns")
        each.add_argument(
            "--export",
            type=Path,
            metavar="FILE",
            help="write the run as one file, for `framework-advisor probe import FILE` elsewhere",
        )
        each.add_argument(
            "--events-fd",
            type=int,
            help="descriptor for the events; default stdout, or nowhere with --export",
        )
    selftesting.add_arguments(commands.add_parser("selftest", help="can figures be believed here?"))
    commands.add_parser("list", help="what can be measured")
    commands.add_parser("host", help="this machine, as JSON; measures its ceilings")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _cancel(number: int, _frame: FrameType | None) -> None:
    # A second signal must not interrupt the reaping that the first one started.
    for other in (signal.SIGTERM, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)
    raise Cancelled(number)


def _write(descriptor: int, text: str) -> None:
    data = memoryview(text.encode())
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    sys.exit(main())

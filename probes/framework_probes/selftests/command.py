"""``selftest`` on a command line: its arguments, its text for people, its exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from framework_probes.selftests.report import Demand, Figure, Report
from framework_probes.selftests.running import SELFTESTS, InvalidOption, Options, run
from framework_probes.serialization import to_line

#: Exit code of a selftest that did not pass: as of a probe that failed.
NOT_PASSED = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``selftest`` takes."""
    parser.add_argument("name", choices=tuple(SELFTESTS))
    parser.add_argument("--stress", action="store_true", help="busy loops on every core; aa, power")
    parser.add_argument("--small", action="store_true", help="a few seconds, to see that it runs")
    parser.add_argument("--replicates", type=int, help="fresh processes; default as quick")
    parser.add_argument("--record", type=Path, help="keep the blocks of aa in this file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="the report as JSON, and nothing else")


def act(options: argparse.Namespace) -> int:
    """Run it and print what it found; returns the exit code."""
    chosen = Options(
        options.stress, options.small, options.record, options.replicates, options.seed
    )
    try:
        report = run(options.name, chosen, lambda line: print(line, file=sys.stderr))  # noqa: T201
    except InvalidOption as error:
        sys.stderr.write(f"{error}\n")
        return 2
    lines = [to_line(report)] if options.json else list(said(report))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if report.status == "passed" else NOT_PASSED


def said(report: Report) -> Iterator[str]:
    """The report for a person."""
    before, after = report.where.load_before, report.load_after
    loads = "" if before is None or after is None else f", load {before:.1f} to {after:.1f}"
    yield f"{report.selftest}: {report.status}, {report.seconds:.0f} s{loads}"
    demands = {demand.figure: demand for demand in report.demands}
    for figure in report.figures:
        demanded = demands.get(figure.name)
        mark = "" if demanded is None else f"  [{wanted(demanded)}: {_met(demanded)}]"
        yield f"  {figure.name:24} {value(figure):>10}  {figure.meaning}{mark}"
    for case in report.cases:
        state = "" if case.met else "NOT MET "
        note = f" ({case.note})" if case.note else ""
        yield f"  {state}{case.name}: {case.got}, expected {case.expected}{note}"
    for each in report.skipped:
        yield f"  not tried: {each.name}: {each.reason}"


def value(figure: Figure) -> str:
    """``3.2 %``; ``unknown`` where there is none."""
    if figure.value is None:
        return "unknown"
    number = f"{figure.value:.0f}" if figure.value >= 1000 else f"{figure.value:.3g}"
    return f"{number} {figure.unit}".strip()


def wanted(demand: Demand) -> str:
    """``at most 5``, ``92 to 98``."""
    if demand.at_least is not None and demand.at_most is not None:
        return f"{demand.at_least:g} to {demand.at_most:g}"
    if demand.at_least is not None:
        return f"at least {demand.at_least:g}"
    return f"at most {demand.at_most:g}"


def _met(demand: Demand) -> str:
    return {True: "met", False: "NOT MET", None: "unknown"}[demand.met]

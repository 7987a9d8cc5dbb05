"""What the selftests reached: one table of demands, then the figures of each, from kept reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from framework_probes.selftests.command import value, wanted
from framework_probes.selftests.report import Report
from framework_probes.selftests.running import SELFTESTS, Selftest
from framework_probes.serialization import from_line
from pages.markdown import header, row


def kept(folder: Path) -> dict[str, Report]:
    """The reports in a folder by selftest, ``aa --stress`` apart from ``aa``."""
    files = sorted(folder.glob("*.json"))
    reports = [from_line(path.read_text(encoding="utf-8"), (Report,)) for path in files]
    return {report.selftest: report for report in reports}


def forms() -> Iterator[tuple[str, Selftest]]:
    """Every selftest, and with stress where it has that form."""
    for name, selftest in SELFTESTS.items():
        yield name, selftest
        if selftest.stressable:
            yield f"{name} --stress", selftest


def selftests(folder: Path) -> Iterator[str]:
    """The page."""
    reports = kept(folder)
    yield from (
        "# Selftests: can a ratio be believed?",
        "",
        "Each one is run by `framework-advisor selftest NAME`, on a machine that does nothing "
        "else. What follows is what the kept reports say, each with its day and the load average "
        "of the machine; a demand that was not met is said to be so. To keep a new one:",
        "",
        "```sh",
        "framework-advisor selftest aa --json > docs/measured/selftests/aa.json && make docs",
        "```",
        "",
    )
    yield from _summary(reports)
    for name, selftest in forms():
        yield from ("", f"## {_heading(name)}", "", selftest.asks, "")
        yield from _one(reports.get(name), selftest)


def _summary(reports: dict[str, Report]) -> Iterator[str]:
    yield from header("selftest", "demanded", "reached", "met")
    for name, _ in forms():
        report = reports.get(name)
        if report is None:
            yield row(f"[{name}](#{_anchor(name)})", "", "not run yet", "unknown")
            continue
        figures = {figure.name: figure for figure in report.figures}
        for demand in report.demands:
            figure = figures[demand.figure]
            met = {True: "yes", False: "**no**", None: "unknown"}[demand.met]
            demanded = f"{_words(figure.name)}: {wanted(demand)} {figure.unit}".strip()
            yield row(f"[{name}](#{_anchor(name)})", demanded, value(figure), met)


def _one(report: Report | None, selftest: Selftest) -> Iterator[str]:
    if report is None:
        yield f"Not run yet; takes about {_long(selftest.takes_s)} on a quiet machine."
        return
    where = report.where
    versions = ", ".join(f"{name} {version}" for name, version in sorted(where.versions.items()))
    settings = {k: v for k, v in where.settings.items() if k.islower()}
    set_ = "; ".join(f"{_words(name)} {setting}" for name, setting in settings.items())
    yield from (
        f"**{report.status.replace('_', ' ')}** on {report.day}, {report.seconds:.0f} s, "
        f"{_loads(report)}, on {where.host.cores} cores of {where.host.cpu}; {versions}; {set_}.",
        "",
    )
    yield from header("figure", "value", "of what")
    for figure in report.figures:
        yield row(_words(figure.name), value(figure), figure.meaning)
    if report.cases:
        yield ""
        yield from header("case", "expected", "got", "note")
        for case in report.cases:
            got = case.got if case.met else f"**{case.got}**"
            yield row(case.name, case.expected, got, case.note.replace("|", "/"))
    if report.skipped:
        yield ""
        yield from (f"- Not tried: {each.name}: {each.reason}" for each in report.skipped)


def _loads(report: Report) -> str:
    before, after = report.where.load_before, report.load_after
    if before is None or after is None:
        return "load unknown"
    return f"load {before:.1f} before and {after:.1f} after"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _heading(name: str) -> str:
    """Without dashes, which every site makes another anchor of."""
    return name.replace("--stress", "under stress")


def _anchor(name: str) -> str:
    """As the headings of a page are linked to."""
    return _heading(name).replace(" ", "-")


def _long(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"

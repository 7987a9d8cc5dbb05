"""What a selftest says: figures, what was demanded of them, and whether it was met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from framework_probes import host, process
from framework_probes.results import Host

Status = Literal["passed", "failed", "not_run"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. ``value`` None: it could not be had here, and ``meaning`` says of what."""

    name: str
    value: float | None
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What a figure has to be: at least, at most, or both. ``met`` None: the figure is missing."""

    figure: str
    at_least: float | None
    at_most: float | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison, fault or wait: what was expected of it and what came out."""

    name: str
    expected: str
    got: str
    met: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not tried here, with the reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Where:
    """On what a selftest ran: machine, versions, settings, and how busy the machine was."""

    host: Host
    versions: dict[str, str]
    settings: dict[str, str]
    #: Load average of one minute before it began; None where the system does not tell.
    load_before: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """One run of one selftest.

    ``not_run``: nothing could be tried here, ``skipped`` says why; never a silent pass.
    """

    selftest: str
    status: Status
    day: str
    seconds: float
    where: Where
    load_after: float | None
    figures: tuple[Figure, ...]
    demands: tuple[Demand, ...]
    cases: tuple[Case, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What a selftest hands in; :func:`concluded` judges it.

    ``bounds``: figure name to (at least, at most), None where there is no such limit.
    """

    figures: tuple[Figure, ...]
    bounds: Mapping[str, tuple[float | None, float | None]]
    cases: tuple[Case, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


def here(threads: int = 1) -> Where:
    """This machine as it is now, with what the workers are given."""
    return Where(host.fingerprint(), host.installed(), process.settings(threads), load())


def load() -> float | None:
    """Load average of one minute; None where the system does not tell."""
    import os

    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def judged(
    figures: Iterable[Figure], bounds: Mapping[str, tuple[float | None, float | None]]
) -> tuple[Demand, ...]:
    """Each demand with its answer.

    Raises:
        ValueError: a demand on a figure that nobody hands in.
    """
    values = {figure.name: figure.value for figure in figures}
    if unknown := bounds.keys() - values.keys():
        raise ValueError(f"demands on figures that do not exist: {', '.join(sorted(unknown))}")
    return tuple(
        Demand(name, low, high, _within(values[name], low, high))
        for name, (low, high) in bounds.items()
    )


def concluded(selftest: str, day: str, seconds: float, where: Where, findings: Findings) -> Report:
    """The report of a selftest that has ended. Passed only if every demand and case is met."""
    demands = judged(findings.figures, findings.bounds)
    tried = [demand.met for demand in demands if demand.met is not None]
    tried += [case.met for case in findings.cases]
    complete = all(demand.met is not None for demand in demands)
    status: Status = "not_run" if not tried else "passed" if all(tried) and complete else "failed"
    return Report(
        selftest=selftest,
        status=status,
        day=day,
        seconds=seconds,
        where=Where(
            where.host,
            where.versions | dict(findings.versions),
            where.settings | dict(findings.settings),
            where.load_before,
        ),
        load_after=load(),
        figures=findings.figures,
        demands=demands,
        cases=findings.cases,
        skipped=findings.skipped,
    )


def _within(value: float | None, low: float | None, high: float | None) -> bool | None:
    if value is None:
        return None
    return (low is None or value >= low) and (high is None or value <= high)

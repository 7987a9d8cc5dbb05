"""Running a selftest by name, and writing down what it found, where and how."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from framework_probes.selftests import (
    aa,
    clock,
    coverage,
    crosscheck,
    faults,
    overhead,
    power,
    recording,
    repro,
    stress,
)
from framework_probes.selftests.recording import Head, Recording, Series
from framework_probes.selftests.report import Findings, Report, Skipped, concluded, here, load
from framework_probes.selftests.scoring import Scored
from framework_probes.selftests.twins import SUITE, Effort, Say, Trial, available, contests


class InvalidOption(ValueError):
    """An option that a selftest does not know: names the option and what was expected."""

    def __init__(self, option: str, detail: str, expected: str) -> None:
        self.option, self.detail, self.expected = option, detail, expected
        super().__init__(f"{option}: {detail}, expected {expected}")


@dataclass(frozen=True, slots=True)
class Options:
    """How a selftest is run.

    Attributes:
        stressed: busy loops on every core meanwhile; for ``aa`` and ``power``.
        small: a few seconds' worth, to see that it runs; demands on size are not met then.
        record: where ``aa`` keeps its blocks, for ``coverage``; None: nowhere.
        replicates: fresh pairs of processes for ``aa`` and ``power``; None: as quick has them.
        seed: of the order of turns, and of simulated runs.
    """

    stressed: bool = False
    small: bool = False
    record: Path | None = None
    replicates: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Selftest:
    """What a selftest asks, about how long that takes on two quiet cores, and how it is run."""

    asks: str
    takes_s: float
    run: Callable[[Options, Say], Findings]
    stressable: bool = False


def run(name: str, options: Options, say: Say) -> Report:
    """Run one selftest to its end.

    Args:
        name: one of :data:`SELFTESTS`.
        options: how.
        say: is told what goes on, a line at a time.

    Raises:
        KeyError: there is no such selftest.
        InvalidOption: it knows no stress, or has nothing to record.
    """
    selftest = SELFTESTS[name]
    if options.stressed and not selftest.stressable:
        raise InvalidOption("stress", f"{name} has no such form", "aa or power")
    if options.record is not None and name != "aa":
        raise InvalidOption("record", f"{name} has nothing to record", "aa")
    where, start = here(), time.monotonic()
    day = datetime.now(UTC).date().isoformat()
    with stress.perhaps(options.stressed) as loops:
        findings = selftest.run(options, say)
    settings = {"busy_loops": str(loops), "size": "small" if options.small else "full"}
    findings = replace(findings, settings=settings | dict(findings.settings))
    title = f"{name} --stress" if options.stressed else name
    return concluded(title, day, time.monotonic() - start, where, findings)


def _aa(options: Options, say: Say) -> Findings:
    trials = (*aa.EQUAL, *aa.LONGER)
    if options.stressed:
        trials = aa.EQUAL
    all_, absent = _scored(_effort(trials, options, sequential=not options.stressed), options, say)
    return _with(aa.concluded(all_, stressed=options.stressed), absent, options)


def _power(options: Options, say: Say) -> Findings:
    trials = power.STRESSED if options.stressed else power.QUIET
    all_, absent = _scored(_effort(trials, options, sequential=False), options, say)
    return _with(power.concluded(all_, stressed=options.stressed), absent, options)


def _effort(trials: tuple[Trial, ...], options: Options, *, sequential: bool) -> Effort:
    replicates = options.replicates or SUITE.replicates
    _, present = available()
    if options.small:
        present, trials = present[-4:-2], trials[:2]
    return Effort(present, trials, replicates, sequential=sequential)


def _scored(effort: Effort, options: Options, say: Say) -> tuple[list[Scored], tuple[Skipped, ...]]:
    """Everything that is tried, concluded; kept as a recording where that was asked for."""
    absent, _ = available()
    kept: list[Series] = []
    scored: list[Scored] = []
    where = here()
    for contest in contests(effort, say, options.seed):
        scored.append(contest.scored())
        if contest.trial in aa.RECORDED:
            kept += contest.series()
    if options.record is not None:
        day = datetime.now(UTC).date().isoformat()
        head = Head(day, where.host, where.versions, load(), SUITE.block_s)
        recording.write(Recording(head, tuple(kept)), options.record)
    return scored, tuple(Skipped(name, reason) for name, reason in absent.items())


def _with(findings: Findings, absent: tuple[Skipped, ...], options: Options) -> Findings:
    replicates = options.replicates or SUITE.replicates
    return replace(
        findings,
        skipped=(*findings.skipped, *absent),
        settings={"replicates": str(replicates), "rounds": str(SUITE.rounds)},
    )


def _coverage(options: Options, _: Say) -> Findings:
    runs = 200 if options.small else coverage.RUNS
    return coverage.coverage(recording.read(coverage.KEPT), runs, options.seed)


def _repro(options: Options, say: Say) -> Findings:
    return repro.repro(say, budget_s=60.0 if options.small else None)


def _crosscheck(options: Options, say: Say) -> Findings:
    chosen = crosscheck.OPERATIONS[:3] if options.small else crosscheck.OPERATIONS
    return crosscheck.crosscheck(say, chosen)


def _clock(options: Options, say: Say) -> Findings:
    return clock.clock(say, 6 if options.small else clock.BLOCKS)


def _faults(options: Options, say: Say) -> Findings:
    chosen = faults.FAULTS
    if options.small:
        chosen = tuple(f for f in chosen if f.framework == "jax" and f.tier == "eager")
    return faults.faults(say, chosen)


def _overhead(options: Options, say: Say) -> Findings:
    return overhead.overhead(say, 20 if options.small else overhead.BLOCKS)


SELFTESTS: Mapping[str, Selftest] = MappingProxyType(
    {
        "aa": Selftest(
            "Do identical workers come out the same, and is a true 1.25 seen?",
            720.0,
            _aa,
            stressable=True,
        ),
        "power": Selftest("Is a real slowdown of 10% found?", 420.0, _power, stressable=True),
        "coverage": Selftest("Do 95% intervals hold the truth 95 times in 100?", 60.0, _coverage),
        "repro": Selftest("Does the quick suite say the same again?", 330.0, _repro),
        "crosscheck": Selftest("Do other timers say the same?", 480.0, _crosscheck),
        "clock": Selftest("Is a block's time the time that passed?", 30.0, _clock),
        "faults": Selftest("Is every known way to be wrong caught?", 90.0, _faults),
        "overhead": Selftest("What does the session burn while it waits?", 10.0, _overhead),
    }
)

"""A probe run as its page shows it: how far it is, and what was measured, probe by probe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from framework_advisor.runs.records import Run, RunResults
from framework_advisor.web.views.ratios import contender
from framework_probes.offered import PROBES, SUITES
from framework_probes.results import Pair, Peaks, Result


@dataclass(frozen=True, slots=True)
class Row:
    """One contender on one probe. ``behind``: its time over that of the fastest, with interval."""

    result: Result
    who: str
    behind: tuple[float, float, float] | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Measured:
    """All contenders on one probe, device and dtype: the fastest first, what failed last."""

    probe: str
    title: str
    measures: str
    device: str
    dtype: str
    rows: tuple[Row, ...]

    @property
    def fastest(self) -> Row | None:
        """None where nothing came out."""
        return self.rows[0] if self.rows and self.rows[0].result.time else None


@dataclass(frozen=True, slots=True)
class Point:
    """The best of a framework on a probe, in the roofline: FLOP a byte, FLOP a second."""

    probe: str
    framework: str
    who: str
    intensity: float
    rate: float
    share: float | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything that the page of a run shows."""

    run: Run
    seconds_left: float | None
    measured: tuple[Measured, ...]
    points: tuple[Point, ...]
    peaks: Peaks | None


def run_page(run: Run, results: RunResults, now: datetime) -> RunPage:
    """What is known of a run now."""
    return RunPage(
        run=run,
        seconds_left=seconds_left(run, now),
        measured=tuple(_measured(results)),
        points=tuple(_points(results.results)),
        peaks=run.peaks,
    )


def seconds_left(run: Run, now: datetime) -> float | None:
    """By the pace so far, at most what the budget leaves; None where nobody can tell."""
    if run.ended or run.started_at is None or not run.planned:
        return None
    elapsed = (now - run.started_at).total_seconds()
    budget = run.request.budget_s or SUITES[run.request.suite].budget_s
    pace = elapsed / run.done * (run.planned - run.done) if run.done else budget
    return max(0.0, min(pace, budget - elapsed))


def _measured(results: RunResults) -> Iterator[Measured]:
    places = dict.fromkeys((r.probe, r.device, r.dtype) for r in results.results)
    for place in places:
        own = [r for r in results.results if (r.probe, r.device, r.dtype) == place]
        pairs = [p for p in results.pairs if (p.probe, p.device, p.dtype) == place]
        timed = sorted((r for r in own if r.time), key=lambda r: r.time.seconds if r.time else 0)
        first = timed[0] if timed else None
        rows = tuple(
            Row(r, contender(r.contender), *_behind(first, r, pairs))
            for r in (*timed, *(r for r in own if not r.time))
        )
        known = PROBES.get(place[0])
        title, measures = (known.title, known.measures) if known else (place[0], "")
        yield Measured(place[0], title, measures, place[1], place[2], rows)


def _behind(
    first: Result | None, result: Result, pairs: Iterable[Pair]
) -> tuple[tuple[float, float, float] | None, str]:
    """How many times as long it takes as the fastest, and what the fastest is against it."""
    if first is None or first is result:
        return None, ""
    turned = {"faster": "slower", "slower": "faster"}
    for pair in pairs:
        low, high = pair.ci95
        if (pair.a, pair.b) == (first.contender, result.contender):
            return (pair.ratio, low, high), pair.verdict
        if (pair.b, pair.a) == (first.contender, result.contender):
            return (1 / pair.ratio, 1 / high, 1 / low), turned.get(pair.verdict, pair.verdict)
    return None, ""


def _points(results: Iterable[Result]) -> Iterator[Point]:
    best: dict[tuple[str, str], Result] = {}
    for result in results:
        probe = PROBES.get(result.probe)
        if result.time is None or result.dtype != "float32" or not probe or not probe.flops:
            continue
        if probe.reference_kind != "roofline":
            continue  # what costs calling, not computing, is no matter of rates
        key = (result.probe, result.contender.framework)
        held = best.get(key)
        if held is None or held.time is None or result.time.seconds < held.time.seconds:
            best[key] = result
    for (name, framework), result in best.items():
        probe = PROBES[name]
        if result.time is not None:
            yield Point(
                probe=name,
                framework=framework,
                who=contender(result.contender),
                intensity=probe.flops / probe.bytes,
                rate=probe.flops / result.time.seconds,
                share=result.rate.of_roofline if result.rate else None,
            )

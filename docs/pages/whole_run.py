"""The whole catalogue on one host: what came of every probe in every framework."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from framework_advisor.heat_map import HeatMap, name, of_run
from framework_probes.results import Ceiling, Result
from pages.markdown import header, row
from pages.measured import KeptRun, conditions, file_name

PICTURE = "whole_run.svg"


def heat_map(run: KeptRun) -> HeatMap:
    """The picture of the page."""
    return of_run(run.results, run.pairs, f"The catalogue on {run.host.cpu}")


def whole_run(run: KeptRun) -> Iterator[str]:
    """The page of one run."""
    yield from ("# The whole catalogue on one host", "")
    # The site leaves the runs out.
    link = f"[docs/measured](../measured/{file_name(run)})"
    yield conditions(run).replace(link, f"`docs/measured/full/{file_name(run)}.gz`")
    yield from ("", "## What came of it", "")
    yield from _outcomes(run.results)
    yield from ("", "## What the host reaches at best", "")
    yield from _ceilings(run)
    yield from ("", "## Every contender on every probe", "")
    yield f"![Times relative to the fastest contender of each probe]({PICTURE})"
    yield from ("", "In numbers, of the usual ways alone:", "")
    yield from _fastest(run.results)


def _outcomes(results: tuple[Result, ...]) -> Iterator[str]:
    counted = Counter((r.outcome, r.reason or "") for r in results)
    outcomes = Counter(r.outcome for r in results)
    said = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    yield f"{len(results)} results: {said}."
    yield ""
    yield from header("outcome", "results", "because")
    for (outcome, reason), count in counted.most_common():
        if outcome != "ok":
            yield row(outcome, str(count), reason)


def _ceilings(run: KeptRun) -> Iterator[str]:
    if run.peaks is None:
        yield "Not known: no library's products or traffic were measured."
        return
    shares = [r.rate.of_roofline for r in run.results if r.rate and r.rate.of_roofline]
    yield (
        "One thread; the best that any of the libraries reached. No time may be below what these "
        f"allow: the largest share of it in this run is {max(shares, default=0.0):.3f}."
    )
    yield ""
    yield from header("work", "dtype", "on", "best", "by", "looks apart")
    for each in sorted(run.peaks.best(), key=lambda c: (c.work, c.dtype, c.footprint or 0)):
        on = "" if each.footprint is None else f"{each.footprint / 2**20:g} MiB"
        yield row(each.work, each.dtype, on, _rate(each), each.library, _looks(each))


def _rate(each: Ceiling) -> str:
    unit = "GFLOP/s" if each.work == "product" else "GB/s"
    return f"{each.per_s / 1e9:.4g} {unit}"


def _looks(each: Ceiling) -> str:
    low, high = each.looks
    return f"{low / high:.2f}"


def _fastest(results: tuple[Result, ...]) -> Iterator[str]:
    yield from header("probe", "fastest", "seconds (95%)", "of its roofline", "slowest", "times")
    for probe, of in groupby(results, key=lambda r: r.probe):
        timed = [
            (r.time.seconds, r)
            for r in of
            if r.outcome == "ok" and r.time and r.contender.variant is None
        ]
        if not timed:
            yield row(f"`{probe}`", "–", "–", "–", "–", "–")
            continue
        (fast, first), (slow, last) = min(timed, key=_first), max(timed, key=_first)
        low, high = first.time.ci95 if first.time else (0.0, 0.0)
        share = first.rate.of_roofline if first.rate else None
        yield row(
            f"`{probe}`",
            name(first.contender),
            f"{fast:.3g} ({low:.3g} to {high:.3g})",
            "–" if share is None else f"{share:.2f}",
            name(last.contender),
            f"{slow / fast:.3g}",
        )


def _first(timed: tuple[float, Result]) -> float:
    return timed[0]

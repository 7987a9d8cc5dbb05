"""Ratios as a map of contenders and probes: what a page, the docs and a terminal draw.

Pure. Colour only repeats what the numbers in the cells say: blue is fast, orange is slow, which
people tell apart who do not tell red from green.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from framework_probes.across_runs import Comparison
from framework_probes.results import Contender, Pair, Result

#: From far ahead to far behind; ``none`` has no colour: the same, or nobody can tell.
Shade = Literal["fast3", "fast2", "fast1", "none", "slow1", "slow2", "slow3"]
#: From these ratios on a cell is a shade further from the middle.
STEPS = (1.25, 2.0)


@dataclass(frozen=True, slots=True)
class Cell:
    """One contender on one probe: what stands in it, how it is coloured, and what it means."""

    text: str
    shade: Shade
    meaning: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A row for each probe, a column for each contender; no cell where nothing was asked."""

    title: str
    legend: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]


def of_comparison(found: Comparison, run: str, other: str) -> HeatMap:
    """Two runs beside each other: time in ``other`` over time in ``run``."""
    cells: dict[tuple[str, str], Cell] = {}
    for each in found.compared:
        place = (_row(each.probe, each.device), name(each.contender))
        low, high = each.ci95
        cells[place] = Cell(
            figure(each.ratio),
            shade(each.ratio) if each.verdict in ("faster", "slower") else "none",
            f"{place[0]}, {place[1]}: {each.ratio:.3g} ({low:.3g} to {high:.3g}), {each.verdict}",
        )
    for left in found.not_compared:
        place = (_row(left.probe, left.device), name(left.contender))
        cells[place] = Cell("–", "none", f"{place[0]}, {place[1]}: {left.why}")
    return _map(
        f"{run} against {other}",
        f"Time in {other} over time in {run}: above 1 (blue) {run} is faster, below 1 (orange) "
        "slower; no colour where the interval does not say so; – was not compared.",
        cells,
    )


def of_run(results: Sequence[Result], pairs: Iterable[Pair], title: str) -> HeatMap:
    """One run: each contender's time over that of the fastest on the same probe.

    Coloured where its pair with the fastest says that it is slower.
    """
    verdicts: dict[tuple[str, str, Contender, Contender], str] = {}
    for pair in pairs:
        said = {"faster": "slower", "slower": "faster"}.get(pair.verdict, pair.verdict)
        verdicts[pair.probe, pair.device, pair.a, pair.b] = pair.verdict
        verdicts[pair.probe, pair.device, pair.b, pair.a] = said
    best: dict[tuple[str, str], Result] = {}
    for result in results:
        here = (result.probe, result.device)
        if _seconds(result) < (_seconds(best[here]) if here in best else float("inf")):
            best[here] = result
    cells = {}
    for result in results:
        row, column = _row(result.probe, result.device), name(result.contender)
        first = best.get((result.probe, result.device))
        if result.outcome != "ok" or result.time is None or first is None:
            why = result.reason or "no reason was given"
            cells[row, column] = Cell("–", "none", f"{row}, {column}: {result.outcome}: {why}")
            continue
        ratio = _seconds(result) / _seconds(first)
        key = (result.probe, result.device, first.contender, result.contender)
        told = result is first or verdicts.get(key, "faster") == "faster"
        colour: Shade = "fast3" if result is first else shade(1 / ratio) if told else "fast1"
        meaning = f"{row}, {column}: {figure(ratio)} times the fastest, {name(first.contender)}"
        cells[row, column] = Cell(figure(ratio), colour, meaning)
    legend = (
        "Time over that of the fastest on the same probe (1, strong blue); faint blue: not told "
        "apart from it; orange: slower, the stronger the more; – has no time."
    )
    return _map(title, legend, cells)


def shade(ratio: float) -> Shade:
    """The shade of a ratio: above 1 is fast."""
    steps = sum(max(ratio, 1 / ratio) >= step for step in STEPS)
    fast: tuple[Shade, ...] = ("fast1", "fast2", "fast3")
    slow: tuple[Shade, ...] = ("slow1", "slow2", "slow3")
    return (fast if ratio >= 1 else slow)[steps]


def figure(ratio: float) -> str:
    """A ratio in three digits: ``0.87``, ``1.23``, ``45.6``, ``678``."""
    return f"{ratio:.2f}" if ratio < 9.995 else f"{ratio:.1f}" if ratio < 99.95 else f"{ratio:.0f}"


def name(contender: Contender) -> str:
    """``keras:jax compiled``; a variant follows."""
    return " ".join(filter(None, (contender.subject, contender.tier, contender.variant)))


def _seconds(result: Result) -> float:
    usable = result.outcome == "ok" and result.time is not None
    return result.time.seconds if usable and result.time is not None else float("inf")


def _row(probe: str, device: str) -> str:
    return probe if device == "cpu" else f"{probe} ({device})"


def _map(title: str, legend: str, cells: Mapping[tuple[str, str], Cell]) -> HeatMap:
    rows = tuple(dict.fromkeys(row for row, _ in cells))
    columns = tuple(dict.fromkeys(column for _, column in cells))
    return HeatMap(title, legend, rows, columns, cells)

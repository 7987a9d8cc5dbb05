"""``probe compare``: two runs beside each other, as a map and row by row."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import rich_click as click
from rich.console import RenderableType
from rich.text import Text

from framework_advisor.api.comparisons import RunComparison
from framework_advisor.cli.extra import need_server
from framework_advisor.cli.output import as_json, duration, echo_document
from framework_advisor.cli.terminal import columns, literal, section, show, terminal
from framework_advisor.errors import FieldError, InvalidInput, NotFound
from framework_advisor.heat_map import HeatMap, Shade, name, of_comparison, of_run
from framework_advisor.heat_map_svg import svg
from framework_advisor.runs.records import RunResults
from framework_probes.across_runs import Comparison
from framework_probes.export import write

#: Shades in a terminal's own colours, which fit its ground; the numbers say the same.
STYLES: dict[Shade, str] = {
    "fast3": "bold white on blue",
    "fast2": "bold blue",
    "fast1": "blue",
    "none": "dim",
    "slow1": "yellow",
    "slow2": "bold yellow",
    "slow3": "bold black on yellow",
}
SVG = click.Path(dir_okay=False, path_type=Path)


@click.command("compare")
@click.argument("run")
@click.argument("other")
@click.option("--svg", "picture", type=SVG, help="Write the map to this file.")
@as_json
def compare(*, run: str, other: str, picture: Path | None, as_json: bool) -> None:
    """Compare RUN with OTHER, probe by probe and contender by contender."""
    need_server("Reading a probe run")
    found = asyncio.run(_compared(run, other))
    shown = of_comparison(_told(found), run, other)
    _draw(shown, picture)
    if as_json:
        echo_document(found)
        return
    show(*_as_map(shown), *_as_rows(found))


@click.command("map")
@click.argument("run")
@click.option("--svg", "picture", type=SVG, help="Write the map to this file.")
def map_(*, run: str, picture: Path | None) -> None:
    """Show what RUN measured as a map: each time over that of the fastest on its probe."""
    need_server("Reading a probe run")
    measured = asyncio.run(_measured(run))
    shown = of_run(measured.results, measured.pairs, f"{run} on {measured.host.cpu}")
    _draw(shown, picture)
    show(*_as_map(shown))


def _draw(shown: HeatMap, picture: Path | None) -> None:
    if picture is None:
        return
    try:
        write(picture, svg(shown))
    except OSError as error:
        why = f"{picture} cannot be written: {error.strerror}"
        expected = "a file in a folder that is there"
        raise InvalidInput((FieldError("--svg", why, expected),)) from None


def _as_map(shown: HeatMap) -> Iterator[RenderableType]:
    """As many contenders beside each other as the terminal is wide."""
    first = max(map(len, shown.rows), default=0) + 2
    width = max(len(each) for column in shown.columns for each in column.split()) + 2
    beside = max(1, (terminal().width - first) // width)
    for start in range(0, len(shown.columns), beside):
        some = shown.columns[start : start + beside]
        rows = [[row, *_cells(shown, row, some)] for row in shown.rows]
        heads = ["\n".join(column.split()) for column in some]
        yield columns(["probe", *heads], rows, right=heads)
        yield ""
    yield literal(shown.legend)


def _cells(shown: HeatMap, row: str, some: Sequence[str]) -> Iterator[RenderableType]:
    for column in some:
        cell = shown.cells.get((row, column))
        yield Text(cell.text, STYLES[cell.shade]) if cell else ""


def _as_rows(found: RunComparison) -> Iterator[RenderableType]:
    rows = [
        (
            each.probe,
            name(each.contender),
            duration(each.seconds),
            duration(each.other_seconds),
            f"{each.ratio:.2f}",
            "{:.2f} to {:.2f}".format(*each.ci95),
            "; ".join((each.verdict, *each.notes)),
        )
        for each in found.compared
    ]
    header = ("probe", "contender", found.run, found.other, "ratio", "95%", f"{found.run} is")
    yield section("Compared", columns(header, rows, right=("ratio",)))
    if found.whole is not None:
        low, high = found.whole.ci95
        yield section(
            "As a whole", f"{found.whole.ratio:.2f} ({low:.2f} to {high:.2f}) over {found.whole.of}"
        )
    left: dict[str, int] = {}
    for each in found.not_compared:
        left[each.why] = left.get(each.why, 0) + 1
    if left:
        yield section("Not compared", *(f"{number}: {why}" for why, number in left.items()))
    if found.differences:
        absent = "none"
        told = (f"{d.what}: {d.here or absent}; {d.there or absent}" for d in found.differences)
        yield section(f"Not the same in {found.run} and in {found.other}", *told)
    yield section("How to read it", found.method)


def _told(found: RunComparison) -> Comparison:
    return Comparison(found.compared, found.not_compared, found.differences, found.whole)


async def _compared(run: str, other: str) -> RunComparison:
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    settings = load_settings()
    if not settings.has_store:
        raise NotFound("Nothing was measured yet: framework-advisor probe run")
    async with Store(settings) as store:
        sides = [(await store.runs.get(id_), await store.runs.results(id_)) for id_ in (run, other)]
    return RunComparison.of(*sides[0], *sides[1])


async def _measured(run: str) -> RunResults:
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    settings = load_settings()
    if not settings.has_store:
        raise NotFound("Nothing was measured yet: framework-advisor probe run")
    async with Store(settings) as store:
        return await store.runs.results(run)

"""Maps of ratios: numbers in every cell, colours that repeat them, for any eye and any ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

import pytest

import measuring
from framework_advisor.heat_map import HeatMap, Shade, figure, of_comparison, of_run, shade
from framework_advisor.heat_map_svg import DARK, LIGHT, svg
from framework_probes.across_runs import Side, compare
from framework_probes.results import Pair, Result

SVG = "{http://www.w3.org/2000/svg}"


def of_one(run: str = "run_1") -> HeatMap:
    events = measuring.events(run)
    results = [each for each in events if isinstance(each, Result)]
    failed = replace(results[1], outcome="oom", reason="<no room>", time=None)
    pairs = [each for each in events if isinstance(each, Pair)]
    return of_run([failed, *results[:1], *results[2:]], pairs, "one & all")


def test_each_time_is_over_that_of_the_fastest_on_its_probe() -> None:
    cells = of_one().cells
    assert cells["dispatch", "jax compiled"].text == "1.00"
    assert cells["dispatch", "jax compiled"].shade == "fast3"
    assert cells["dispatch", "pytorch compiled"].text == "2.00"
    assert cells["dispatch", "pytorch compiled"].shade == "slow3"
    assert cells["matmul", "pytorch compiled"].text == "–"
    assert "oom: <no room>" in cells["matmul", "pytorch compiled"].meaning


def test_who_is_not_told_apart_from_the_fastest_is_not_coloured_as_slower() -> None:
    events = measuring.events()
    results = [each for each in events if isinstance(each, Result)]
    pairs = [replace(e, verdict="ambiguous") for e in events if isinstance(e, Pair)]
    assert of_run(results, pairs, "").cells["dispatch", "pytorch compiled"].shade == "fast1"


def test_two_runs_are_coloured_where_their_interval_says_so() -> None:
    def side(run: str, factor: float) -> Side:
        results = [e for e in measuring.events(run, factor=factor) if isinstance(e, Result)]
        return Side(run, measuring.HOST, measuring.PEAKS, (), tuple(results))

    one, same, three = side("a", 1.0), side("b", 1.0), side("c", 3.0)
    told = of_comparison(compare(one, three), "a", "c")
    assert {(cell.text, cell.shade) for cell in told.cells.values()} == {("3.00", "fast3")}
    untold = of_comparison(compare(one, same), "a", "b")
    assert {(cell.text, cell.shade) for cell in untold.cells.values()} == {("1.00", "none")}
    short = replace(three, results=three.results[1:])
    left = of_comparison(compare(one, short), "a", "c").cells["matmul", "jax compiled"]
    assert (left.text, left.shade) == ("–", "none")
    assert "the other run did not measure it" in left.meaning


@pytest.mark.parametrize(
    ("ratio", "expected", "text"),
    [
        (1.0, "fast1", "1.00"),
        (1.3, "fast2", "1.30"),
        (2.0, "fast3", "2.00"),
        (0.99, "slow1", "0.99"),
        (0.7, "slow2", "0.70"),
        (0.01, "slow3", "0.01"),
        (9.996, "fast3", "10.0"),
        (123.4, "fast3", "123"),
    ],
)
def test_a_ratio_has_its_shade_and_three_digits(ratio: float, expected: str, text: str) -> None:
    assert (shade(ratio), figure(ratio)) == (expected, text)


def test_the_picture_holds_every_number_and_says_what_it_means() -> None:
    shown = of_one()
    root = ElementTree.fromstring(svg(shown))  # noqa: S314 - our own
    assert root.find(f"{SVG}title").text == "one & all"  # type: ignore[union-attr]
    groups = root.findall(f"{SVG}g")
    written = [(g.find(f"{SVG}text").text, g.get("class")) for g in groups]  # type: ignore[union-attr]
    assert sorted(written, key=str) == sorted(
        ((cell.text, cell.shade) for cell in shown.cells.values()), key=str
    )
    meanings = [g.find(f"{SVG}title").text for g in groups]  # type: ignore[union-attr]
    assert any("<no room>" in (meaning or "") for meaning in meanings)
    style = root.find(f"{SVG}style").text or ""  # type: ignore[union-attr]
    assert "@media screen and (prefers-color-scheme:dark)" in style
    box = [float(each) for each in root.get("viewBox", "").split()]
    for rect in root.iter(f"{SVG}rect"):
        assert 0 <= float(rect.get("x", "")) <= box[2] - float(rect.get("width", ""))
        assert 0 <= float(rect.get("y", "")) <= box[3] - float(rect.get("height", ""))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_number_can_be_read_on_its_ground(
    colours: Mapping[Shade, tuple[str, str]],
) -> None:
    for name, (ground, ink) in colours.items():
        lower, higher = sorted((luminance(ground), luminance(ink)))
        assert (higher + 0.05) / (lower + 0.05) >= 4.5, name
    # Blue against orange: whoever does not tell red from green still has blue to go by.
    for step in "123":
        fast, slow = (colours[f"{side}{step}"][0] for side in ("fast", "slow"))  # type: ignore[index]
        blue = [int(each[5:], 16) - int(each[1:3], 16) for each in (fast, slow)]
        assert blue[0] > 0 > blue[1], step

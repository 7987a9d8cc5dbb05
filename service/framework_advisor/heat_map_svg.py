"""A heat map as SVG: one file without needs, for light and dark screens and for paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from textwrap import wrap

from framework_advisor.heat_map import HeatMap, Shade

#: Ground and ink of each shade; ink stands on its ground with a contrast of 4.5 or more (WCAG AA).
LIGHT: Mapping[Shade, tuple[str, str]] = {
    "fast3": ("#08519c", "#ffffff"),
    "fast2": ("#6baed6", "#000000"),
    "fast1": ("#deebf7", "#000000"),
    "none": ("#f2f2f2", "#333333"),
    "slow1": ("#fee6ce", "#000000"),
    "slow2": ("#fd9a4c", "#000000"),
    "slow3": ("#a63603", "#ffffff"),
}
DARK: Mapping[Shade, tuple[str, str]] = {
    "fast3": ("#8cc8ff", "#000000"),
    "fast2": ("#2c6ba5", "#ffffff"),
    "fast1": ("#1b3550", "#ffffff"),
    "none": ("#2a2d31", "#d0d0d0"),
    "slow1": ("#4a2f17", "#ffffff"),
    "slow2": ("#96500f", "#ffffff"),
    "slow3": ("#ffb25e", "#000000"),
}
#: Of what stands beside the cells.
INK, DARK_INK = "#222222", "#dddddd"
WIDTH, HEIGHT, LETTER = 46, 24, 6.2


def svg(shown: HeatMap) -> str:
    """The map; what a cell means stands in its title, which browsers show under the pointer."""
    return "\n".join(_lines(shown)) + "\n"


def _lines(shown: HeatMap) -> Iterator[str]:
    left = max(map(len, shown.rows), default=0) * LETTER + 12
    slope = max(map(len, shown.columns), default=0) * LETTER
    # Names of columns rise to the right by 45 degrees.
    top, beyond = slope * 0.71 + 16, slope * 0.71
    words = wrap(shown.legend, max(40, int((left + WIDTH * len(shown.columns)) / LETTER)))
    width = left + WIDTH * len(shown.columns) + beyond + 8
    height = top + HEIGHT * len(shown.rows) + 16 * len(words) + 12
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" role="img" aria-labelledby="title legend" '
        'font-family="system-ui, sans-serif" font-size="11">'
    )
    yield f'<title id="title">{escape(shown.title)}</title>'
    yield f'<desc id="legend">{escape(shown.legend)}</desc>'
    yield f"<style>{_style()}</style>"
    for number, column in enumerate(shown.columns):
        x, y = left + WIDTH * (number + 0.5), top - 6
        turn = f"translate({x:.1f} {y:.1f}) rotate(-45)"
        yield f'<text class="ink" transform="{turn}">{escape(column)}</text>'
    for number, row in enumerate(shown.rows):
        y = top + HEIGHT * number
        yield (
            f'<text class="ink" x="{left - 6:.1f}" y="{y + 16:.1f}" text-anchor="end">'
            f"{escape(row)}</text>"
        )
        for place, column in enumerate(shown.columns):
            cell = shown.cells.get((row, column))
            if cell is not None:
                x = left + WIDTH * place
                yield (
                    f'<g class="{cell.shade}"><title>{escape(cell.meaning)}</title>'
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{WIDTH - 2}" height="{HEIGHT - 2}"/>'
                    f'<text x="{x + WIDTH / 2 - 1:.1f}" y="{y + 15:.1f}" text-anchor="middle">'
                    f"{escape(cell.text)}</text></g>"
                )
    for number, line in enumerate(words):
        y = top + HEIGHT * len(shown.rows) + 16 * (number + 1)
        yield f'<text class="ink" x="6" y="{y:.1f}">{escape(line)}</text>'
    yield "</svg>"


def _style() -> str:
    """Light as the rule, also on paper; dark on screens that ask for it."""
    dark = f".ink{{fill:{DARK_INK}}}{_shades(DARK)}"
    return (
        f".ink{{fill:{INK}}}{_shades(LIGHT)}rect{{print-color-adjust:exact}}"
        f"@media screen and (prefers-color-scheme:dark){{{dark}}}"
    )


def _shades(colours: Mapping[Shade, tuple[str, str]]) -> str:
    return "".join(
        f".{shade} rect{{fill:{ground}}}.{shade} text{{fill:{ink}}}"
        for shade, (ground, ink) in colours.items()
    )

"""A picture of costs over sizes, both on logarithmic scales, as SVG without any library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 76, 20, 50, 90
COLOURS = ("#1b6ca8", "#c8553d")
STYLE = "font-family:sans-serif;font-size:13px;fill:#333"


@dataclass(frozen=True)
class Series:
    """One line of the picture: costs by size."""

    name: str
    points: Mapping[int, float]


def picture(title: str, sizes: str, unit: str, series: Sequence[Series]) -> str:
    """The SVG document."""
    xs = [x for each in series for x in each.points]
    ys = [y for each in series for y in each.points.values()]
    low, high = floor(log10(min(ys))), ceil(log10(max(ys)))
    widest = max(log10(max(xs)), 1e-9)

    def x_of(size: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * log10(size) / widest

    def y_of(cost: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(cost) - low) / (high - low)

    parts = [_text(WIDTH / 2, 24, title, "middle"), _text(WIDTH / 2, HEIGHT - 50, sizes, "middle")]
    for power in range(low, high + 1):
        y = y_of(10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{10.0**power:g} {unit}", "end"))
    parts += [_text(x_of(x), HEIGHT - BOTTOM + 18, f"×{x}", "middle") for x in sorted(set(xs))]
    for place, each in enumerate(series):
        colour = COLOURS[place % len(COLOURS)]
        places = [(size, x_of(size), y_of(cost), cost) for size, cost in each.points.items()]
        line = " ".join(f"{x:.1f},{y:.1f}" for _, x, y, _ in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for size, x, y, cost in places:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
            highest = cost == max(other.points.get(size, 0.0) for other in series)
            anchor = "start" if x < WIDTH / 2 else "end"
            parts.append(_text(x, y + (-10 if highest else 20), f"{cost:.3g}", anchor))
        y = HEIGHT - 28 + 18 * place
        parts.append(f'<circle cx="{LEFT}" cy="{y - 4}" r="4" fill="{colour}"/>')
        parts.append(_text(LEFT + 12, y, each.name, "start"))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        f"{body}\n</svg>\n"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} style="{STYLE}">{escape(text)}</text>'

"""Writing for people: as wide as their terminal and in its colours, in whole lines down a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Literal

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

#: Nothing is as wide, so nothing is broken over lines where a program reads.
PIPE = 100_000
#: Characters of a bar at its longest.
BAR = 16
#: Control characters, which could move the cursor or change colours; line breaks stay.
_CONTROLS = {code: "�" for code in (*range(32), *range(127, 160)) if chr(code) != "\n"}

Alignment = Literal["left", "right"]


def terminal(*, err: bool = False) -> Console:
    """Standard output, or standard error, as it is now.

    What is written is meant literally. ``NO_COLOR`` and ``COLUMNS`` are heeded.
    """
    console = Console(stderr=err, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = PIPE
    return console


def show(*parts: RenderableType) -> None:
    """Write each part on lines of its own; what a program reads has no spaces at line ends."""
    console = terminal()
    if console.is_terminal:
        console.print(*parts, sep="\n")
        return
    with console.capture() as written:
        console.print(*parts, sep="\n")
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in written.get().splitlines()))


def literal(text: str, style: str = "") -> Text:
    """Text as somebody else gave it, without the power to steer a terminal."""
    return Text(text.translate(_CONTROLS), style=style)


def columns(
    header: Sequence[str], rows: Iterable[Sequence[RenderableType]], right: Iterable[str] = ()
) -> Table:
    """A table in aligned columns; those named in ``right`` hold figures."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    figures = set(right)
    for name in header:
        is_figure = name in figures
        made.add_column(
            name,
            justify="right" if is_figure else "left",
            no_wrap=is_figure,
            overflow="fold",
        )
    for row in rows:
        made.add_row(*(literal(cell) if isinstance(cell, str) else cell for cell in row))
    return made


def section(title: str, *parts: RenderableType) -> RenderableType:
    """Parts below a heading, indented, after an empty line; text that goes on is indented more."""
    grid = Table.grid()
    grid.add_column(overflow="fold")
    grid.add_row(Padding(Text(title, style="bold"), (1, 0, 0, 0)))
    for part in parts:
        shown = _hanging(part) if isinstance(part, str) else part
        grid.add_row(Padding(shown, (0, 0, 0, 2), expand=False))
    return grid


def _hanging(text: str) -> RenderableType:
    if not terminal().is_terminal:
        return literal(text)
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("-", literal(text))
    return grid


def bar(share: float, of: float = 1.0, style: str = "cyan") -> Text:
    """A bar for ``share``, and in light what of ``of`` it leaves; 1 is as long as a bar can be."""
    solid, light = ("#", ".") if terminal().options.ascii_only else ("█", "░")
    filled, whole = round(share * BAR), round(of * BAR)
    return Text.assemble(
        (solid * filled, style), (light * max(0, whole - filled), "dim"), no_wrap=True
    )

"""The README of a project that is made."""

from __future__ import annotations

from collections.abc import Iterator

from framework_advisor.recommendation import Recommendation, Stack
from framework_advisor.report import TITLES
from framework_advisor.scaffold.exporters import Exporter


def readme(
    recommendation: Recommendation,
    stack: Stack,
    chosen: tuple[Exporter, ...],
    without: tuple[str, ...],
) -> str:
    """What the project is, how to run it, and what is left to do."""
    parts = (
        _head(recommendation),
        _commands(chosen),
        _stack(stack),
        _left(chosen, without),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(rec: Recommendation) -> Iterator[str]:
    pick = rec.verdict.framework
    name = " ".join((rec.profile.name or "A new project").split())
    yield f"# {name.replace('`', '').replace('<', '&lt;')}"
    yield ""
    yield (
        f"Starts on {TITLES[pick] if pick else 'no framework'}, as {rec.id} of "
        f"{rec.created_at:%Y-%m-%d} recommends. [DECISION.md](DECISION.md) says why, how sure "
        "that is and what would change it."
    )


def _commands(chosen: tuple[Exporter, ...]) -> Iterator[str]:
    yield from ("", "```sh", "python -m venv .venv && . .venv/bin/activate")
    yield "pip install -r requirements.txt"
    also = ", and what is exported answers as what was trained" if chosen else ""
    yield f"python -m pytest   # it learns{also}"
    yield "python train.py"
    yield from (f"python export_{one.template}.py" for one in chosen)
    yield "```"


def _stack(stack: Stack) -> Iterator[str]:
    yield from ("", "The versions in requirements.txt are those that this code was tested with.")
    yield from ("", "| piece | choice |", "|---|---|")
    yield from (f"| {name} | {piece.choice} |" for name, piece in stack.pieces())


def _left(chosen: tuple[Exporter, ...], without: tuple[str, ...]) -> Iterator[str]:
    yield from ("", "Left to do:", "")
    yield "- `data.py` makes its data up: put your own there. `model.py` is small: make it yours."
    for one in chosen:
        if one.remark:
            yield f"- `export_{one.template}.py`: {one.remark}"
    yield from (f"- No code is written for the export {choice}." for choice in without)

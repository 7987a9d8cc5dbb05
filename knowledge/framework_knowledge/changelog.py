"""A comparison of two snapshots as text that reads like a changelog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from framework_knowledge.comparison import Comparison, Entry, Move, What

TITLES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "keras": "Keras", "jax": "JAX"}
SEVERAL = "Several frameworks, or none in particular"
ADDED, ENDED, CHANGED, MOVED = "+", "-", "~", ">"
#: What is told per framework and criterion; the rest follows, kind by kind.
STATEMENTS: frozenset[What] = frozenset({"framework", "claim", "cell"})
OTHERS: tuple[tuple[What, str], ...] = (
    ("requirement", "Hard requirements"),
    ("piece", "Pieces of stacks"),
    ("criterion", "Criteria"),
    ("source", "Sources"),
)

Line = tuple[str, Entry]


def changelog(comparison: Comparison) -> Iterator[str]:
    """The lines: totals, then per framework and criterion what was added, ended, changed, moved."""
    yield from _head(comparison)
    lines: list[Line] = [
        *((ENDED, entry) for entry in comparison.ended),
        *((ADDED, entry) for entry in comparison.added),
        *((CHANGED, entry) for entry in comparison.changed),
    ]
    for name in (*TITLES, SEVERAL):
        mine = [line for line in lines if line[1].what in STATEMENTS and _home(line[1]) == name]
        moves = [move for move in comparison.moved if move.subject.split(":")[0] == name]
        if mine or moves:
            yield from ("", TITLES.get(name, name))
            yield from _by_criterion(mine, moves)
    for what, title in OTHERS:
        mine = [line for line in lines if line[1].what == what]
        if mine:
            yield from ("", title)
            yield from (text for line in mine for text in _told(*line, indent="  "))


def _head(comparison: Comparison) -> Iterator[str]:
    before, after = comparison.before, comparison.after
    for side, word in ((before, "from"), (after, "to  ")):
        overlays = f", overlays {', '.join(side.overlays)}" if side.overlays else ""
        yield f"{word} {side.as_of}: version {side.version}{overlays}, sha256 {side.sha256[:16]}"
    if comparison.empty:
        yield "nothing changed"
        return
    yield (
        f"{len(comparison.added)} added ({ADDED}), {len(comparison.ended)} ended ({ENDED}), "
        f"{len(comparison.changed)} changed ({CHANGED}), {len(comparison.moved)} moved on a scale "
        f"({MOVED})"
    )


def _home(entry: Entry) -> str:
    return entry.about[0] if len(entry.about) == 1 else SEVERAL


def _by_criterion(lines: Iterable[Line], moves: Iterable[Move]) -> Iterator[str]:
    by_criterion: dict[str, list[str]] = {}
    for move in moves:
        by_criterion.setdefault(move.criterion, []).append(_moved(move))
    for sign, entry in lines:
        said = by_criterion.setdefault(entry.criterion or "", [])
        said += _told(sign, entry, indent="    " if entry.criterion else "  ")
    for criterion in sorted(by_criterion):
        if criterion:
            yield f"  {criterion.replace('_', ' ')}"
        yield from by_criterion[criterion]


def _moved(move: Move) -> str:
    when = f" ({move.when})" if move.when else ""
    before, after = ", ".join(move.before), ", ".join(move.after)
    return f"    {MOVED} {move.subject}{when}: {before} → {after}"


def _told(sign: str, entry: Entry, *, indent: str) -> Iterator[str]:
    values = ", ".join(f"{who}: {anchor}" for who, anchor in entry.values.items())
    yield f"{indent}{sign} {entry.id}: {entry.text}" + (f" [{values}]" if values else "")
    inner = f"{indent}    "
    if entry.counterparts:
        word = "gives way to" if sign == ENDED else "takes over from"
        yield f"{inner}{word} {', '.join(entry.counterparts)}"
    if entry.note:
        yield f"{inner}{entry.note}"
    for field in entry.fields:
        name = field.field.replace("_", " ")
        yield f"{inner}{name}: {field.before or 'nothing'} → {field.after or 'nothing'}"

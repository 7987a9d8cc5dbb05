"""What changed between two snapshots, entry by entry: pure, and the same read from either end.

Comparing the other way round swaps added with ended, before with after, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Literal

from pydantic import Field

from framework_knowledge.knowledge import Knowledge
from framework_knowledge.models import (
    Cell,
    Claim,
    Criterion,
    CriterionId,
    Framework,
    Gate,
    Model,
    Piece,
    Snapshot,
    Source,
)

Item = Framework | Criterion | Claim | Cell | Gate | Piece | Source
PIECE = "piece "
What = Literal["framework", "criterion", "claim", "cell", "requirement", "piece", "source"]
#: The kinds of entries in the order in which they are told, each with the snapshot's field.
KINDS: tuple[tuple[What, str], ...] = (
    ("framework", "frameworks"),
    ("criterion", "criteria"),
    ("claim", "claims"),
    ("cell", "cells"),
    ("requirement", "gates"),
    ("piece", "pieces"),
    ("source", "sources"),
)


class Edition(Model):
    """Which snapshot stands on one side of a comparison."""

    version: str
    as_of: date
    sha256: str
    overlays: tuple[str, ...] = ()


class FieldChange(Model):
    """A field of an entry that stands on both sides, as text; None where it is empty."""

    field: str
    before: str | None
    after: str | None


class Entry(Model):
    """Something that is on one side alone, or that differs.

    ``about`` are the frameworks that it speaks of, ``values`` the anchors where it puts them.
    ``counterparts`` are ids of the other side: what an added entry takes over from, what an ended
    one gives way to. ``note`` says which overlay sets it aside on the other side, and why.
    """

    what: What
    id: str
    text: str
    about: tuple[str, ...] = ()
    criterion: CriterionId | None = None
    values: dict[str, str] = Field(default_factory=dict)
    counterparts: tuple[str, ...] = ()
    note: str | None = None
    fields: tuple[FieldChange, ...] = ()


class Move(Model):
    """Where claims put a subject on a criterion before and after, in the same circumstances."""

    criterion: CriterionId
    subject: str
    when: str = ""
    before: tuple[str, ...]
    after: tuple[str, ...]


class Comparison(Model):
    """All that differs between two snapshots. Everything that differs stands here exactly once."""

    before: Edition
    after: Edition
    added: tuple[Entry, ...]
    ended: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    moved: tuple[Move, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.ended or self.changed or self.moved)


#: Of each id, what takes its place. A piece may share its id with a claim, so it is marked.
Successors = Mapping[str, frozenset[str]]


def changes_between(knowledge: Knowledge, earlier: date, later: date) -> Comparison:
    """What changed from one day to another, with what took over from what.

    Raises ValueError for a day before the first of the knowledge.
    """
    return compare(knowledge.snapshot(earlier), knowledge.snapshot(later), successors_in(knowledge))


def successors_in(knowledge: Knowledge) -> Successors:
    """Of each statement and piece, what takes its place, whenever that is."""
    found: dict[str, set[str]] = {}
    superseded: list[Claim | Cell] = [*knowledge.claims, *knowledge.cells]
    for statement in superseded:
        found.setdefault(statement.id, set()).update(statement.superseded_by)
    overriding: list[Claim | Gate] = [*knowledge.claims, *knowledge.gates]
    for each in overriding:
        if each.overrides is not None:
            found.setdefault(each.overrides, set()).add(each.id)
    for piece in knowledge.pieces:
        if piece.successor is not None:
            found.setdefault(_key("piece", piece.id), set()).add(_key("piece", piece.successor))
    return {name: frozenset(names) for name, names in found.items() if names}


def compare(before: Snapshot, after: Snapshot, successors: Successors | None = None) -> Comparison:
    """What is in one snapshot alone, and what differs.

    ``successors`` names, per id, what takes its place: a snapshot itself knows of no later day.
    """
    old, new = _Side(before), _Side(after)
    links = successors or {}
    changed: list[Entry] = []
    for what, _ in KINDS:
        for name in old.items[what].keys() & new.items[what].keys():
            fields = tuple(_fields(old.items[what][name], new.items[what][name]))
            if fields:
                entry = _entry(what, new.items[what][name])
                changed.append(entry.model_copy(update={"fields": fields}))
    return Comparison(
        before=_edition(before),
        after=_edition(after),
        added=_alone(new, old, links),
        ended=_alone(old, new, links),
        changed=tuple(sorted(changed, key=_order)),
        moved=tuple(_moves(before.claims, after.claims)),
    )


class _Side:
    """One snapshot, by kind and id."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.items: dict[What, dict[str, Item]] = {
            what: {item.id: item for item in getattr(snapshot, field)} for what, field in KINDS
        }
        self.keys = {_key(what, name) for what, items in self.items.items() for name in items}
        self.aside = {each.id: f"{each.how} by {each.by}" for each in snapshot.set_aside}


def _alone(own: _Side, other: _Side, successors: Successors) -> tuple[Entry, ...]:
    """What stands on one side and not on the other."""
    found = []
    for what, items in own.items.items():
        for name in items.keys() - other.items[what].keys():
            linked = _counterparts(_key(what, name), own.keys, other.keys, successors)
            update = {"counterparts": linked, "note": other.aside.get(name)}
            found.append(_entry(what, items[name]).model_copy(update=update))
    return tuple(sorted(found, key=_order))


def _counterparts(
    key: str, own: AbstractSet[str], other: AbstractSet[str], successors: Successors
) -> tuple[str, ...]:
    """What stands on the other side in its place: its successors, or what it succeeded.

    What it succeeded and still stands beside it was not replaced.
    """
    after = {name for name in successors.get(key, ()) if name in other}
    before = {name for name, nexts in successors.items() if key in nexts and name in other - own}
    return tuple(sorted(name.removeprefix(PIECE) for name in after | before))


def _key(what: What, name: str) -> str:
    return f"{PIECE}{name}" if what == "piece" else name


def _entry(what: What, item: Item) -> Entry:
    values = dict(item.values) if isinstance(item, Claim) else {}
    subjects: Iterable[str] = values
    criterion = None
    match item:
        case Claim() | Cell():
            criterion, text = item.criterion, item.text
            if isinstance(item, Cell):
                subjects = item.execution.of if item.execution else [item.framework or ""]
        case Gate():
            subjects, text = item.outcomes, item.text
            values = dict(item.outcomes)
        case Piece():
            subjects, text = item.subjects, f"{item.kind}: {item.choice} ({item.maturity})"
        case Framework():
            subjects, text = [item.id], f"{item.title}, version {item.version}: {item.summary}"
        case _:
            subjects, text = (), item.title
    return Entry(
        what=what,
        id=item.id,
        text=text,
        about=tuple(sorted({subject.split(":")[0] for subject in subjects})),
        criterion=item.id if isinstance(item, Criterion) else criterion,
        values=values,
    )


def _fields(before: Item, after: Item) -> Iterator[FieldChange]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    for field in old:
        if old[field] != new[field]:
            yield FieldChange(field=field, before=_told(old[field]), after=_told(new[field]))


def _told(value: object) -> str | None:
    """A value of a file as text; None where it is empty."""
    match value:
        case None:
            return None
        case str():
            return value
        case dict():
            told = ((name, _told(each)) for name, each in value.items())
            return ", ".join(f"{name}: {each}" for name, each in told if each is not None) or None
        case list():
            return ", ".join(_told(each) or "" for each in value) or None
        case _:
            return str(value)


def _moves(before: Iterable[Claim], after: Iterable[Claim]) -> Iterator[Move]:
    old, new = _placed(before), _placed(after)
    for place in sorted(old.keys() & new.keys()):
        if old[place] != new[place]:
            criterion, subject, when = place
            yield Move(
                criterion=criterion,
                subject=subject,
                when=when,
                before=tuple(sorted(old[place])),
                after=tuple(sorted(new[place])),
            )


def _placed(claims: Iterable[Claim]) -> dict[tuple[CriterionId, str, str], set[str]]:
    """The anchors that claims give, by criterion, subject and circumstances."""
    found: dict[tuple[CriterionId, str, str], set[str]] = {}
    for claim in claims:
        when = _told(claim.when.model_dump(mode="json", exclude_defaults=True)) or ""
        for subject, anchor in claim.values.items():
            found.setdefault((claim.criterion, subject, when), set()).add(anchor)
    return found


def _order(entry: Entry) -> tuple[int, str, str]:
    kinds = [what for what, _ in KINDS]
    return kinds.index(entry.what), entry.criterion or "", entry.id


def _edition(snapshot: Snapshot) -> Edition:
    return Edition(
        version=snapshot.version,
        as_of=snapshot.as_of,
        sha256=snapshot.sha256,
        overlays=tuple(f"{each.name} {each.version}" for each in snapshot.overlays),
    )

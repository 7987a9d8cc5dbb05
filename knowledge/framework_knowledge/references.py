"""Checks that need more than one item: every name that is used must exist, and mean something.

Each check yields problems that stand where the name is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from framework_knowledge.ageing import AgeKind
from framework_knowledge.documents import Document, FieldPath, Problem
from framework_knowledge.models import (
    GONE,
    Cell,
    Checked,
    Claim,
    Criterion,
    CriterionId,
    Framework,
    Gate,
    Piece,
    Remark,
    Source,
    Table,
)

Item_co = TypeVar("Item_co", covariant=True)


class Identified(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str:
        """Name by which others refer to it."""


@dataclass(frozen=True)
class Located(Generic[Item_co]):
    """A model and where in the files it stands."""

    item: Item_co
    document: Document
    path: FieldPath = ()

    def problem(self, path: FieldPath, reason: str) -> Problem:
        """Report a problem at ``path`` inside the item."""
        return self.document.problem((*self.path, *path), reason)


@dataclass(frozen=True)
class Contents:
    """Everything read from one folder, each item with its place."""

    sources: tuple[Located[Source], ...]
    criteria: tuple[Located[Criterion], ...]
    frameworks: tuple[Located[Framework], ...]
    claims: tuple[Located[Claim], ...]
    tables: tuple[Located[Table], ...]
    remarks: tuple[Located[Remark], ...]
    gates: tuple[Located[Gate], ...]
    pieces: tuple[Located[Piece], ...]


def check(contents: Contents) -> Iterator[Problem]:
    """Yield every name that is doubled, unknown or without meaning."""
    cells = _cells(contents.tables)
    claims, gates, pieces = contents.claims, contents.gates, contents.pieces
    checked: list[Located[Checked]] = [*cells, *contents.remarks]
    all_dated: list[Located[Claim | Checked | Gate]] = [*claims, *checked, *gates]
    # Answers cite claims, cells and gates side by side, so these share one set of names.
    yield from _doubled(all_dated)
    yield from _doubled(contents.sources)
    yield from _doubled(contents.criteria)
    yield from _doubled(contents.frameworks)
    yield from _doubled(contents.tables)
    yield from _doubled(pieces)
    source_ids = {each.item.id for each in contents.sources}
    claim_ids = {each.item.id for each in claims}
    for dated in all_dated:
        if dated.item.provenance is not None:
            yield dated.problem(("provenance",), "is told by overlay.yaml; remove it here")
        yield from _unknown(dated, "sources", dated.item.sources, source_ids, "source")
    for each in checked:
        yield from _unknown(each, "checked_with", each.item.checked_with, source_ids, "source")
        yield from _superseding(each)
    yield from _repeated(contents.remarks, cells)
    replaced: list[Located[Claim | Checked]] = [*claims, *checked]
    for superseded in replaced:
        names = superseded.item.superseded_by
        yield from _unknown(superseded, "superseded_by", names, claim_ids, "claim")
    all_citing: list[Located[Gate | Piece | Framework]] = [*gates, *pieces, *contents.frameworks]
    for citing in all_citing:
        yield from _unknown(citing, "evidence", citing.item.evidence, claim_ids, "claim")
    yield from _successors(pieces)
    yield from _combinations(pieces, claim_ids)
    yield from _values(contents.criteria, claims, [*cells, *contents.remarks])


def check_base(contents: Contents, kinds: Collection[Located[AgeKind]]) -> Iterator[Problem]:
    """Yield what is wrong in knowledge that others are laid over: kinds of evidence, overriding."""
    yield from _doubled(kinds)
    statements: list[Located[Claim | Cell | Gate]] = [
        *contents.claims,
        *_cells(contents.tables),
        *contents.gates,
    ]
    ids = {each.item.id for each in statements}
    for kind in kinds:
        yield from _unknown(kind, "statements", kind.item.statements, ids, "claim, cell or gate")
    own: list[Located[Claim | Gate]] = [*contents.claims, *contents.gates]
    for overriding in own:
        if overriding.item.overrides is not None:
            reason = "only an overlay overrides; end the other with valid_until and superseded_by"
            yield overriding.problem(("overrides",), reason)
    for each in statements:
        if not any(kind.item.fits(each.item) for kind in kinds):
            reason = f"'{each.item.id}' is of no kind in ageing.yaml; end it with one that fits all"
            yield each.problem(("grade",), reason)


def _cells(tables: Iterable[Located[Table]]) -> list[Located[Cell]]:
    return [
        Located(cell, table.document, (*table.path, "rows", r, "cells", c))
        for table in tables
        for r, row in enumerate(table.item.rows)
        for c, cell in enumerate(row.cells)
    ]


def _doubled(items: Iterable[Located[Identified]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for each in items:
        name = each.item.id
        if name in seen:
            yield each.problem(("id",), f"'{name}' is used twice; every id must be unique")
        seen.add(name)


def _unknown(
    where: Located[object], field: str, names: Iterable[str], known: Collection[str], kind: str
) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in known:
            reason = f"'{name}' is no {kind}; add it, or name one that exists"
            yield where.problem((field, index), reason)


def _superseding(checked: Located[Checked]) -> Iterator[Problem]:
    item = checked.item
    if item.standing in ("outdated", "wrong") and not item.superseded_by:
        reason = f"what is {item.standing} must name the claims that speak in its place"
        yield checked.problem(("superseded_by",), reason)
    if item.standing == "outdated" and item.valid_until is None:
        reason = "what is outdated must say since when: the day of the change"
        yield checked.problem(("valid_until",), reason)


def _repeated(
    remarks: Collection[Located[Remark]], cells: Iterable[Located[Cell]]
) -> Iterator[Problem]:
    # What repeats something is no original itself, so that no chain arises.
    originals = {each.item.id for each in cells}
    originals |= {each.item.id for each in remarks if each.item.same_as is None}
    for remark in remarks:
        said = remark.item.same_as
        if said is not None and said not in originals:
            reason = f"'{said}' is no cell, and no remark that repeats nothing; name one"
            yield remark.problem(("same_as",), reason)


def _successors(pieces: Iterable[Located[Piece]]) -> Iterator[Problem]:
    maturities = {each.item.id: each.item.maturity for each in pieces}
    for each in pieces:
        successor = each.item.successor
        if successor is None:
            if each.item.maturity in ("deprecated", "ended"):
                reason = f"a piece that is {each.item.maturity} must name its successor"
                yield each.problem(("successor",), reason)
            continue
        if successor not in maturities:
            reason = f"'{successor}' is no piece; add it, or name one that exists"
            yield each.problem(("successor",), reason)
        elif maturities[successor] in ("deprecated", "ended"):
            reason = f"'{successor}' is itself {maturities[successor]}; name one to build on"
            yield each.problem(("successor",), reason)


#: An export and what serves it are chosen together for each target; the other kinds for all.
_FOR_A_TARGET = frozenset({"export", "serving"})


def _combinations(pieces: Collection[Located[Piece]], claims: Collection[str]) -> Iterator[Problem]:
    kinds = {each.item.id: each.item.kind for each in pieces}
    for each in pieces:
        piece = each.item
        if piece.maturity not in GONE and not piece.evidence and not piece.unsourced:
            reason = "name claims, or say under 'unsourced' what no claim carries"
            yield each.problem(("evidence",), reason)
        if piece.kind == "export" and not piece.when.targets:
            yield each.problem(("when",), "an export must name its targets, under 'targets'")
        if piece.compiled and piece.compiler is None:
            yield each.problem(("compiler",), "is missing; say which compiler it is")
        for r, required in enumerate(piece.requires):
            place = ("requires", r)
            yield from _unknown(each, "requires", required.evidence, claims, "claim")
            for p, name in enumerate(required.pieces):
                if name not in kinds:
                    reason = f"'{name}' is no piece; add it, or name one that exists"
                    yield each.problem((*place, "pieces", p), reason)
                elif kinds[name] in _FOR_A_TARGET and piece.kind not in _FOR_A_TARGET:
                    reason = f"'{name}' is chosen for one target, this piece for all of them"
                    yield each.problem((*place, "pieces", p), reason)


def _values(
    criteria: Collection[Located[Criterion]],
    claims: Iterable[Located[Claim]],
    judged: Iterable[Located[Cell] | Located[Remark]],
) -> Iterator[Problem]:
    scales = {each.item.id: tuple(anchor.name for anchor in each.item.scale) for each in criteria}
    aspects = {each.item.id: [a.name for a in each.item.aspects] for each in criteria}
    for claim in claims:
        said, known = claim.item.aspect, aspects.get(claim.item.criterion, [])
        if said is not None and said not in known:
            reason = f"'{said}' is not an aspect of {claim.item.criterion}; " + (
                f"use one of: {', '.join(known)}" if known else "it has none"
            )
            yield claim.problem(("aspect",), reason)
        for subject, anchor in claim.item.values.items():
            yield from _anchor(claim, scales, claim.item.criterion, anchor, ("values", subject))
    for each in judged:
        criterion, value = each.item.criterion, each.item.value
        if criterion is not None and value is not None:
            yield from _anchor(each, scales, criterion, value, ("value",))


def _anchor(
    where: Located[object],
    scales: dict[CriterionId, tuple[str, ...]],
    criterion: CriterionId,
    anchor: str,
    path: FieldPath,
) -> Iterator[Problem]:
    scale = scales.get(criterion)
    if scale is None:
        yield where.problem(("criterion",), f"'{criterion}' stands in no criteria file")
    elif anchor not in scale:
        reason = f"'{anchor}' is not an anchor of {criterion}; use one of: {', '.join(scale)}"
        yield where.problem(path, reason)

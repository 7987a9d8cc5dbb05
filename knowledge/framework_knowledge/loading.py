"""The knowledge files become models, or one error that lists everything wrong with them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from framework_knowledge import prepared
from framework_knowledge.ageing import AgeKind, with_age
from framework_knowledge.knowledge import Knowledge
from framework_knowledge.models import (
    Claim,
    Criterion,
    Framework,
    Gate,
    Model,
    Piece,
    Remark,
    Source,
    Table,
)

# What reads YAML is loaded where YAML is read: not where all is prepared.
if TYPE_CHECKING:
    from framework_knowledge.documents import Problem
    from framework_knowledge.references import Located

__all__ = ["Knowledge", "KnowledgeError", "load"]

Item = TypeVar("Item", bound=Model)


class KnowledgeError(Exception):
    """The knowledge files are not fit for use; ``problems`` says all that is wrong, in order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _Edition(Model):
    """``knowledge.yaml``: the version's name, how far back it reaches, when it was checked."""

    version: str
    first_day: date
    checked_on: date


def load(folder: Path | None = None, *, overlays: Sequence[Path] = ()) -> Knowledge:
    """Read and check a folder of knowledge; without one, the knowledge of this package.

    ``overlays`` are folders of an organisation's own statements, each laid over what stands before
    it. The packaged knowledge is read once in a process; other folders are read anew each time,
    since their files may have changed. Raises KnowledgeError with every problem found.
    """
    knowledge = _packaged() if folder is None else _load(folder)
    if not overlays:
        return knowledge
    from framework_knowledge.layering import read_overlays

    laid, problems = read_overlays(knowledge, overlays)
    _refuse(problems)
    return laid


def _refuse(problems: Iterable[Problem]) -> None:
    found = sorted(problems, key=lambda each: (each.file, each.line))
    if found:
        raise KnowledgeError(found)


@functools.cache
def _packaged() -> Knowledge:
    folder = Path(__file__).parent
    return prepared.read(folder) or _load(folder)


def _load(folder: Path) -> Knowledge:
    from framework_knowledge.reading import Reader
    from framework_knowledge.references import Contents, check, check_base

    reader = Reader(folder)
    editions = reader.whole(["knowledge.yaml"], _Edition)
    contents = Contents(
        sources=reader.listed(reader.names("sources"), "sources", Source),
        criteria=reader.listed(["criteria.yaml"], "criteria", Criterion),
        frameworks=reader.listed(["frameworks.yaml"], "frameworks", Framework),
        claims=reader.listed(reader.names("claims"), "claims", Claim),
        tables=reader.whole(reader.names("tables"), Table),
        remarks=reader.listed(reader.names("article"), "remarks", Remark),
        gates=reader.listed(reader.names("requirements"), "gates", Gate),
        pieces=reader.listed(reader.names("stacks"), "pieces", Piece),
    )
    kinds = reader.listed(["ageing.yaml"], "kinds", AgeKind)
    # A reference to an item that did not validate would be reported as missing: report causes.
    _refuse(reader.problems or [*check(contents), *check_base(contents, kinds)])
    edition = editions[0].item
    ageing = _items(kinds)
    return Knowledge(
        version=edition.version,
        first_day=edition.first_day,
        checked_on=edition.checked_on,
        criteria=_items(contents.criteria),
        frameworks=_items(contents.frameworks),
        claims=tuple(with_age(claim, ageing) for claim in _items(contents.claims)),
        tables=tuple(_table_with_age(table, ageing) for table in _items(contents.tables)),
        remarks=_items(contents.remarks),
        gates=tuple(with_age(gate, ageing) for gate in _items(contents.gates)),
        pieces=_items(contents.pieces),
        sources=_items(contents.sources),
        ageing=ageing,
    )


def _table_with_age(table: Table, ageing: Sequence[AgeKind]) -> Table:
    rows = (
        row.model_copy(update={"cells": tuple(with_age(cell, ageing) for cell in row.cells)})
        for row in table.rows
    )
    return table.model_copy(update={"rows": tuple(rows)})


def _items(located: Iterable[Located[Item]]) -> tuple[Item, ...]:
    return tuple(each.item for each in located)

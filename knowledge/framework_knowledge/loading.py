"""The knowledge files become models, or one error that lists everything wrong with them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from framework_knowledge.documents import Document, FieldPath, Problem, read
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
from framework_knowledge.references import Contents, Located, check

__all__ = ["Knowledge", "KnowledgeError", "Problem", "load"]

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


def load(folder: Path | None = None) -> Knowledge:
    """Read and check a folder of knowledge; without one, the knowledge of this package.

    The packaged knowledge is read once in a process; another folder is read anew each time, since
    its files may have changed. Raises KnowledgeError with every problem found.
    """
    return _packaged() if folder is None else _load(folder)


@functools.cache
def _packaged() -> Knowledge:
    return _load(Path(__file__).parent)


def _load(folder: Path) -> Knowledge:
    reader = _Reader(folder)
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
    # A reference to an item that did not validate would be reported as missing: report causes.
    problems = reader.problems or list(check(contents))
    if problems:
        raise KnowledgeError(sorted(problems, key=lambda each: (each.file, each.line)))
    edition = editions[0].item
    return Knowledge(
        version=edition.version,
        first_day=edition.first_day,
        checked_on=edition.checked_on,
        criteria=_items(contents.criteria),
        frameworks=_items(contents.frameworks),
        claims=_items(contents.claims),
        tables=_items(contents.tables),
        remarks=_items(contents.remarks),
        gates=_items(contents.gates),
        pieces=_items(contents.pieces),
        sources=_items(contents.sources),
    )


def _items(located: Iterable[Located[Item]]) -> tuple[Item, ...]:
    return tuple(each.item for each in located)


class _Reader:
    """Reads the files of one folder and gathers what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.problems: list[Problem] = []

    def names(self, subfolder: str) -> list[str]:
        """Names of the YAML files of a subfolder, in alphabetical order."""
        names = sorted(path.name for path in (self._folder / subfolder).glob("*.yaml"))
        return [f"{subfolder}/{name}" for name in names] or [f"{subfolder}/*.yaml"]

    def whole(self, names: Iterable[str], model: type[Item]) -> tuple[Located[Item], ...]:
        """Read files each of which is one item."""
        return tuple(
            item
            for document in self._documents(names)
            for item in self._validated(document, (), document.value, model)
        )

    def listed(
        self, names: Iterable[str], key: str, model: type[Item]
    ) -> tuple[Located[Item], ...]:
        """Read files each of which is a list of items under one key."""
        found: list[Located[Item]] = []
        for document in self._documents(names):
            value = document.value
            if not isinstance(value, dict) or set(value) != {key}:
                reason = f"expected one list under '{key}:' and nothing else"
                self.problems.append(document.problem((), reason))
            elif not isinstance(value[key], list):
                self.problems.append(document.problem((key,), "expected a list"))
            else:
                for index, item in enumerate(value[key]):
                    found.extend(self._validated(document, (key, index), item, model))
        return tuple(found)

    def _documents(self, names: Iterable[str]) -> Iterator[Document]:
        for name in names:
            document, problems = read(self._folder / name, name)
            self.problems += problems
            if document is not None:
                yield document

    def _validated(
        self, document: Document, path: FieldPath, value: object, model: type[Item]
    ) -> Iterator[Located[Item]]:
        try:
            item = model.model_validate(value)
        except ValidationError as error:
            for detail in _causes(error.errors(include_url=False)):
                inner = tuple(part for part in detail["loc"] if part != "[key]")
                self.problems.append(document.problem((*path, *inner), _reason(detail)))
        else:
            yield Located(item, document, path)


def _causes(details: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out that a list is too short where it is so because its items are wrong."""
    for detail in details:
        place = detail["loc"]
        inside = [each for each in details if each["loc"][: len(place)] == place != each["loc"]]
        if not (detail["type"] == "too_short" and inside):
            yield detail


def _reason(detail: ErrorDetails) -> str:
    given = detail["input"]
    match detail["type"]:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            return "is no field of this kind of entry; remove it or correct its name"
        case "literal_error":
            return f"{given!r} is not allowed; use one of: {detail['ctx']['expected']}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case _:
            return f"{given!r} does not fit: {detail['msg']}"

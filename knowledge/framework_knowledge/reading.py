"""Files of one folder as validated models, each with its place, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from framework_knowledge.documents import Document, FieldPath, Problem, read
from framework_knowledge.references import Located
from framework_knowledge.statements import Model

Item = TypeVar("Item", bound=Model)


class Reader:
    """Reads the files of one folder and gathers what is wrong with them in ``problems``.

    ``shown`` stands before the names of the files in problems.
    """

    def __init__(self, folder: Path, shown: str = "") -> None:
        self._folder = folder
        self._shown = shown
        self.problems: list[Problem] = []

    def names(self, subfolder: str) -> list[str]:
        """Names of the YAML files of a subfolder, in alphabetical order."""
        names = sorted(path.name for path in (self._folder / subfolder).glob("*.yaml"))
        return [f"{subfolder}/{name}" for name in names] or [f"{subfolder}/*.yaml"]

    def present(self, kind: str) -> list[str]:
        """Names of the files there are of a kind: ``kind.yaml``, then those of its subfolder."""
        alone = [f"{kind}.yaml"] if (self._folder / f"{kind}.yaml").exists() else []
        return alone + sorted(f"{kind}/{path.name}" for path in self._folder.glob(f"{kind}/*.yaml"))

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
            document, problems = read(self._folder / name, self._shown + name)
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

"""Published decisions of real projects, by which the advisor is judged.

They are no knowledge that a recommendation rests on, and no snapshot holds them.
"""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, JsonValue

from framework_knowledge.loading import KnowledgeError
from framework_knowledge.models import FrameworkId, Model
from framework_knowledge.reading import Reader


class Discussion(Model):
    """Why an answer that missed the choice did so."""

    lies_in: Literal["knowledge", "weights", "profile"] = Field(
        description="what is wrong: the knowledge, the weights, or neither, because the choice "
        "cannot be explained by what a profile holds"
    )
    why: str


class PublishedDecision(Model):
    """A project that chose a framework or moved to it, and where that is written.

    ``profile`` is a project profile without its evidence, as a document: this package does not know
    the format. ``about`` names claims about the project itself.
    """

    id: str
    sample: Literal["first", "second"]
    as_of: date
    profile: dict[str, JsonValue]
    chosen: FrameworkId
    also_acceptable: tuple[FrameworkId, ...] = ()
    reasons: str
    source: str
    explicit: bool = Field(default=False, description="whether the source gives reasons")
    vendor_own: bool = Field(default=False, description="a project of the framework's maker")
    fresh_start: bool = Field(default=False, description="no existing code binds it")
    about: tuple[str, ...] = Field(default=(), description="claim ids")
    discussion: Discussion | None = None

    @property
    def acceptable(self) -> frozenset[FrameworkId]:
        """What was chosen and what its source treats as equal."""
        return frozenset({self.chosen, *self.also_acceptable})


@functools.cache
def published_decisions(folder: Path | None = None) -> tuple[PublishedDecision, ...]:
    """Every decision in the folder ``decisions`` of this package or of another.

    Raises KnowledgeError with every problem found.
    """
    reader = Reader(folder or Path(__file__).parent)
    found = reader.listed(reader.names("decisions"), "decisions", PublishedDecision)
    problems = list(reader.problems)
    seen: set[str] = set()
    for located in found:
        if located.item.id in seen:
            problems.append(located.problem(("id",), f"'{located.item.id}' is used twice"))
        seen.add(located.item.id)
    if problems:
        raise KnowledgeError(sorted(problems, key=lambda each: (each.file, each.line)))
    return tuple(located.item for located in found)

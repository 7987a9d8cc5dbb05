"""Ratios of frameworks' speed that others have published, to stand beside what is measured here.

They are no knowledge that a recommendation rests on, and no snapshot holds them.
"""

from __future__ import annotations

import functools
from pathlib import Path

from pydantic import Field

from framework_knowledge.loading import KnowledgeError
from framework_knowledge.models import Model
from framework_knowledge.reading import Reader


class PublishedRatio(Model):
    """Time of ``b`` over time of ``a``, both compiled, as somebody else measured it."""

    id: str
    what: str
    a: str = Field(description="a stack, as claims name it")
    b: str
    ratio: float = Field(gt=0)
    source: str
    where: str
    software: str
    beside: str | None = Field(default=None, description="the probe nearest to it; null: none is")


@functools.cache
def published_ratios(folder: Path | None = None) -> tuple[PublishedRatio, ...]:
    """Every ratio in the folder ``ratios`` of this package or of another.

    Raises KnowledgeError with every problem found.
    """
    reader = Reader(folder or Path(__file__).parent)
    found = reader.listed(reader.names("ratios"), "ratios", PublishedRatio)
    if reader.problems:
        raise KnowledgeError(sorted(reader.problems, key=lambda each: (each.file, each.line)))
    return tuple(located.item for located in found)

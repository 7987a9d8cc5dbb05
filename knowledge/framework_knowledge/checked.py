"""What the source article says, statement by statement, and how it stood when checked."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from framework_knowledge.statements import (
    Circumstances,
    Dated,
    Model,
)
from framework_knowledge.vocabulary import (
    CriterionId,
    FrameworkId,
    Standing,
)


class Execution(Model):
    """An execution mode and whose it is."""

    mode: Literal["static", "dynamic"]
    of: tuple[FrameworkId, ...] = Field(min_length=1)


class Checked(Dated):
    """A statement of the source article, and how it stood when it was checked.

    ``number`` is its number in the check; ``today`` what holds now; ``superseded_by`` the claims
    that speak in its place.
    """

    id: str
    number: int | None = Field(default=None, ge=1)
    claim: str
    framework: FrameworkId | None = None
    when: Circumstances = Circumstances()
    standing: Standing
    today: str
    changed: str | None = None
    checked_with: tuple[str, ...] = Field(default=(), description="source ids of the check")
    superseded_by: tuple[str, ...] = Field(default=(), description="claim ids")

    @property
    def text(self) -> str:
        """What is said."""
        return self.claim


class Cell(Checked):
    """One cell of a comparison table of the source article.

    Either ``framework`` or ``execution`` is given. ``value`` is the anchor that the article's
    wording claims.
    """

    execution: Execution | None = None
    criterion: CriterionId
    value: str

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.framework is None) == (self.execution is None):
            raise ValueError("give either framework or execution")
        return self


class Remark(Checked):
    """A statement of the source article outside of its tables; it never enters a snapshot.

    ``where`` is the part of the article. ``criterion`` and ``value`` are given where the wording
    bears on a criterion; advice, and remarks on the article's own code, have neither. ``same_as``
    names the cell, or the earlier remark, that says the same, so that nothing is counted twice.
    """

    where: str
    criterion: CriterionId | None = None
    value: str | None = None
    same_as: str | None = Field(default=None, description="id of a cell or of another remark")

    @model_validator(mode="after")
    def _value_of_something(self) -> Self:
        if self.value is not None and (self.criterion is None or self.framework is None):
            raise ValueError("a value needs the framework and the criterion that it is about")
        return self


class Row(Model):
    """One feature of a comparison table, one cell for each column."""

    id: str
    feature: str
    cells: tuple[Cell, ...] = Field(min_length=2)


class Table(Model):
    """A comparison table of the source article, row by row."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

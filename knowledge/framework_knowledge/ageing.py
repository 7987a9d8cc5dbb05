"""How long a reading of a statement's evidence counts as fresh, by the kind of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field

from framework_knowledge.statements import Dated, Model
from framework_knowledge.vocabulary import CriterionId, Grade

Statement = TypeVar("Statement", bound=Dated)


class AgeKind(Model):
    """One kind of evidence, and for how many years it is as good as on the day it was read.

    A field that is given must match the statement; a kind without any fits every statement.
    """

    id: str
    fresh_years: float = Field(gt=0)
    grades: tuple[Grade, ...] = ()
    criteria: tuple[CriterionId, ...] = ()
    statements: tuple[str, ...] = Field(default=(), description="ids of claims, cells or gates")
    why: str

    def fits(self, statement: Dated) -> bool:
        """Whether the statement is of this kind."""
        criterion: str | None = getattr(statement, "criterion", None)
        return (
            (not self.grades or statement.grade in self.grades)
            and (not self.criteria or criterion in self.criteria)
            and (not self.statements or getattr(statement, "id", None) in self.statements)
        )


def kind_of(statement: Dated, kinds: Sequence[AgeKind]) -> AgeKind | None:
    """The first kind that fits; None where none does."""
    return next((kind for kind in kinds if kind.fits(statement)), None)


def with_age(statement: Statement, kinds: Sequence[AgeKind]) -> Statement:
    """The statement with the ``fresh_years`` of its kind, unless it gives its own."""
    kind = kind_of(statement, kinds)
    if kind is None or "fresh_years" in statement.model_fields_set:
        return statement
    return statement.model_copy(update={"fresh_years": kind.fresh_years})

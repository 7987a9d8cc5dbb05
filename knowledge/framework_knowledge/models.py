"""What is known, as frozen models. Every figure of an answer leads back to one of these.

Statements and the source article have modules of their own; this one has the rest, and names all.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from framework_knowledge.checked import (
    Cell,
    Checked,
    Execution,
    Remark,
    Row,
    Table,
)
from framework_knowledge.overlays import Mute, Overlay, OverlayUse, SetAside
from framework_knowledge.statements import (
    Anchor,
    Aspect,
    Circumstances,
    Claim,
    Criterion,
    Dated,
    Gate,
    Model,
    Source,
)
from framework_knowledge.vocabulary import (
    Accelerator,
    Cloud,
    CriterionId,
    Facet,
    FactNumber,
    Family,
    FrameworkId,
    GateOutcome,
    Grade,
    Maturity,
    OperatingSystem,
    PieceKind,
    Scale,
    SourceKind,
    Stage,
    Standing,
    Subject,
    Target,
)

__all__ = [
    "Accelerator",
    "Anchor",
    "Aspect",
    "Cell",
    "Checked",
    "Circumstances",
    "Claim",
    "Cloud",
    "Criterion",
    "CriterionId",
    "Dated",
    "Era",
    "Execution",
    "Facet",
    "FactNumber",
    "Family",
    "Framework",
    "FrameworkId",
    "Gate",
    "GateOutcome",
    "Grade",
    "Maturity",
    "Model",
    "Mute",
    "OperatingSystem",
    "Overlay",
    "OverlayUse",
    "Piece",
    "PieceKind",
    "Remark",
    "Row",
    "Scale",
    "SetAside",
    "Snapshot",
    "Source",
    "SourceKind",
    "Stage",
    "Standing",
    "Subject",
    "Table",
    "Target",
]


class Era(Model):
    """How a framework stood before: what it was and what it could run on, up to a day."""

    until: date = Field(description="first day on which this no longer held")
    summary: str
    backends: tuple[FrameworkId, ...] = ()


class Framework(Model):
    """A framework as it stands: name, licence, current version and where it comes from.

    ``earlier`` tells how it stood before, oldest first; a snapshot for such a day has the summary
    and the backends of its era, and none that lies ahead. A framework that was not yet
    ``published`` is in no snapshot.
    """

    id: FrameworkId
    title: str
    package: str
    version: str
    licence: str
    summary: str
    released: date | None = Field(
        description="when that version came out; a month becomes its first day; None in a snapshot "
        "for a day before"
    )
    backends: tuple[FrameworkId, ...] = Field(
        default=(), description="what it can run on, if not on itself; best supported first"
    )
    published: date | None = Field(default=None, description="None: as far back as anything")
    earlier: tuple[Era, ...] = ()
    evidence: tuple[str, ...] = Field(default=(), description="claim ids")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ends = [era.until for era in self.earlier]
        if ends != sorted(set(ends)):
            raise ValueError("earlier must be ordered by until, oldest first, each on its own day")
        return self


class Piece(Model):
    """One piece of a stack to build with.

    ``subjects`` are the stacks it fits, ``when`` the circumstances in which it is the choice.
    Among pieces of one kind that fit, the first in the file is taken; a deprecated or ended piece
    is never taken and names its ``successor``.
    """

    id: str
    kind: PieceKind
    subjects: tuple[Subject, ...] = Field(min_length=1)
    when: Circumstances = Circumstances()
    compiled: bool | None = Field(
        default=None, description="for execution: whether it compiles; None elsewhere"
    )
    everyday: bool = Field(
        default=False, description="for execution: how its users run code of their own"
    )
    choice: str
    why: str
    maturity: Maturity
    successor: str | None = Field(default=None, description="piece id")
    valid_from: date | None = Field(default=None, description="None: as far back as anything")
    valid_until: date | None = None
    evidence: tuple[str, ...] = Field(default=(), description="claim ids")
    provenance: str | None = Field(
        default=None, description="whose overlay names it; None: the packaged knowledge"
    )

    def holds_on(self, day: date) -> bool:
        """Whether the piece stood like this on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )


class Snapshot(Model):
    """What was known on one day. ``sha256`` is over the content, not over the files.

    It tells nothing of the future of that day: ends that still lie ahead are left out, a cell of
    the article stands as ``holds`` until it was checked, and a version not yet released reads
    ``unknown``, released on no day. ``set_aside`` are the statements that would hold on the day
    and that one of the ``overlays`` does not let count.
    """

    version: str
    as_of: date
    sha256: str
    criteria: tuple[Criterion, ...]
    frameworks: tuple[Framework, ...]
    claims: tuple[Claim, ...]
    cells: tuple[Cell, ...]
    gates: tuple[Gate, ...]
    pieces: tuple[Piece, ...]
    sources: tuple[Source, ...]
    overlays: tuple[OverlayUse, ...] = ()
    set_aside: tuple[SetAside, ...] = ()

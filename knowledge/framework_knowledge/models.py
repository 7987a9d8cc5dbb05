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
from framework_knowledge.pieces import GONE, Piece, Requirement
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
    ArticleSystem,
    Cloud,
    CriterionId,
    Facet,
    FactNumber,
    Family,
    FrameworkId,
    GateOutcome,
    Grade,
    Language,
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
    "GONE",
    "Accelerator",
    "Anchor",
    "ArticleSystem",
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
    "Language",
    "Maturity",
    "Model",
    "Mute",
    "OperatingSystem",
    "Overlay",
    "OverlayUse",
    "Piece",
    "PieceKind",
    "Remark",
    "Requirement",
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

"""What one builds with, piece by piece, and what must hold for each piece."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from framework_knowledge.statements import Circumstances, Model
from framework_knowledge.vocabulary import (
    Accelerator,
    ArticleSystem,
    Language,
    Maturity,
    OperatingSystem,
    PieceKind,
    Subject,
)

#: Nothing new is built on a piece in one of these states.
GONE: frozenset[Maturity] = frozenset({"deprecated", "ended"})


class Requirement(Model):
    """What must hold for a piece. Of every list, all that the profile names must be in it.

    Of ``languages`` one that the profile names is enough, since each target has its own. What a
    profile leaves open breaks nothing. ``packages`` and ``besides`` are what no profile can say:
    they are told and never judged. ``known`` is the day from which this could be known, None: with
    the piece.
    """

    pieces: tuple[str, ...] = Field(
        default=(), description="piece ids, one of which must stand in the same stack"
    )
    os: tuple[OperatingSystem, ...] = Field(default=(), description="where it is developed")
    serving_os: tuple[OperatingSystem, ...] = Field(default=(), description="where it answers")
    languages: tuple[Language, ...] = Field(default=(), description="of the program that calls it")
    python_min: str | None = Field(default=None, pattern=r"^3\.[0-9]{1,2}$")
    python_max: str | None = Field(default=None, pattern=r"^3\.[0-9]{1,2}$")
    accelerators: tuple[Accelerator, ...] = ()
    fixed_shapes: bool = Field(default=False, description="fails on shapes that change")
    network: bool = Field(default=False, description="fails where nothing outside is reached")
    packages: tuple[str, ...] = Field(default=(), description="version floors, as pip takes them")
    besides: tuple[str, ...] = ()
    known: date | None = None
    evidence: tuple[str, ...] = Field(default=(), description="claim ids")

    def in_words(self) -> tuple[str, ...]:
        """Each condition in words, but for other pieces, which have names of their own."""
        words = [
            f"development on {_either(self.os)}" if self.os else "",
            f"served on {_either(self.serving_os)}" if self.serving_os else "",
            f"called from {_either(self.languages)}" if self.languages else "",
            f"Python {self.python_min} or newer" if self.python_min else "",
            f"Python {self.python_max} or older" if self.python_max else "",
            f"accelerator: {_either(self.accelerators)}" if self.accelerators else "",
            "fixed shapes" if self.fixed_shapes else "",
            "a network" if self.network else "",
            *self.packages,
            *self.besides,
        ]
        return tuple(word for word in words if word)


def _either(names: tuple[str, ...]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


class Piece(Model):
    """One piece of a stack to build with.

    ``subjects`` are the stacks it fits, ``when`` the circumstances in which it is offered,
    ``requires`` what must hold besides. Among pieces of one kind that fit, the one that speaks most
    closely of the circumstances is taken, then the more mature, then the first in the files; a
    deprecated or ended piece is never taken and names its ``successor``. Pieces of the kinds
    ``tool`` and ``platform`` are told of and never taken: a profile names its own.
    """

    id: str
    kind: PieceKind
    subjects: tuple[Subject, ...] = Field(min_length=1)
    when: Circumstances = Circumstances()
    requires: tuple[Requirement, ...] = ()
    compiled: bool | None = Field(
        default=None, description="for execution: whether it compiles; None elsewhere"
    )
    compiler: str | None = Field(
        default=None, description="for execution that compiles: by which compiler"
    )
    everyday: bool = Field(
        default=False, description="for execution: how its users run code of their own"
    )
    choice: str
    why: str
    maturity: Maturity
    successor: str | None = Field(default=None, description="piece id")
    systems: tuple[ArticleSystem, ...] = Field(
        default=(), description="systems that the source article names and that this is or was"
    )
    paths: tuple[str, ...] = Field(
        default=(),
        description="for an export: names of the ways of the deployment suite that build it; * "
        "stands for anything",
    )
    valid_from: date | None = Field(default=None, description="None: as far back as anything")
    valid_until: date | None = None
    evidence: tuple[str, ...] = Field(default=(), description="claim ids")
    unsourced: str | None = Field(
        default=None, description="what of this no claim carries, said where evidence is missing"
    )
    provenance: str | None = Field(
        default=None, description="whose overlay names it; None: the packaged knowledge"
    )

    def holds_on(self, day: date) -> bool:
        """Whether the piece stood like this on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )

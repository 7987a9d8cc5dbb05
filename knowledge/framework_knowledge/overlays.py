"""An organisation's own statements laid over the packaged knowledge: what a folder may say of them.

An overlay adds statements, overrides ours (``overrides`` in a claim or gate: on every day on which
the overlay's statement holds, ours is set aside) and mutes ours with a reason. Nothing vanishes: a
snapshot names each statement that was set aside, by whom and why.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from framework_knowledge.statements import Model


class Mute(Model):
    """One statement of others that an organisation does not let count."""

    claim: str = Field(description="id of a claim, a cell or a gate")
    why: str = Field(min_length=1)
    known: date | None = Field(
        default=None, description="day from which it does not count; None: it never did"
    )


class Overlay(Model):
    """``overlay.yaml``: who speaks, in which edition, and what of others does not count."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    version: str = Field(min_length=1)
    contact: str = Field(min_length=1, description="whom to ask about it: a person, a team, a page")
    mute: tuple[Mute, ...] = ()

    @property
    def provenance(self) -> str:
        """What every statement of the overlay carries."""
        return f"overlay {self.name} {self.version} ({self.contact})"


class OverlayUse(Model):
    """An overlay in a snapshot: which edition, and how many statements it touches on that day."""

    name: str
    version: str
    contact: str
    sha256: str = Field(description="over all that the overlay says, whatever the day")
    added: int = Field(description="its statements (claims and gates) that hold on the day")
    overridden: int = Field(description="statements of others that its own stand in for")
    muted: int = Field(description="statements of others that it mutes")


class SetAside(Model):
    """A statement that would hold on the day, and that an overlay does not let count."""

    id: str
    statement: str
    how: Literal["overridden", "muted"]
    by: str = Field(description="provenance: the overlay, its version and contact")
    instead: str | None = Field(default=None, description="id of the statement that stands in")
    why: str

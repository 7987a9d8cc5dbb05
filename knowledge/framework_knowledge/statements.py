"""Statements and what they rest on, as frozen models.

Knowledge is bitemporal. ``valid_from``/``valid_until`` say when a statement holds in the world
(half-open); ``known`` is the day from which the public could know it; ``observed`` is the day on
which the evidence for it was last read. A snapshot for a day holds what was known on that day.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from framework_knowledge.vocabulary import (
    Accelerator,
    Cloud,
    CriterionId,
    Facet,
    FactNumber,
    Family,
    GateOutcome,
    Grade,
    OperatingSystem,
    Scale,
    SourceKind,
    Stage,
    Subject,
    Target,
)


class Model(BaseModel):
    """Base of all knowledge: frozen, and a field that nobody knows is an error."""

    # Validators are built when something is first validated: what is prepared never is.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Source(Model):
    """Where a statement can be read again."""

    id: str
    kind: SourceKind
    title: str
    where: str = Field(description="address, repository path, package and version, or set-up")
    date: str = Field(
        description="date of the document as it gives it: YYYY, YYYY-MM or YYYY-MM-DD"
    )


class Anchor(Model):
    """One level of a criterion's scale: what must be true in the world to deserve it."""

    name: str
    value: float = Field(ge=0, le=1)
    means: str


class Aspect(Model):
    """One side of a criterion that claims speak of, so that many claims on one count once."""

    name: str
    means: str


class Criterion(Model):
    """Something a choice is judged by, with a fixed scale from 0 (worst) to 1 (best).

    ``facet`` names the part of the profile it is judged for (deployment: each target).
    ``follows_backend`` says that Keras has the backend's value unless a claim speaks of Keras on
    that backend. ``aspects`` are what overlaps under this criterion (published work, pretrained
    models): claims are pooled within each first, and a claim that names none belongs to the first.
    ``scale`` is ordered from worst to best.
    """

    id: CriterionId
    title: str
    question: str
    facet: Facet = "none"
    follows_backend: bool = False
    aspects: tuple[Aspect, ...] = ()
    scale: tuple[Anchor, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        values = [anchor.value for anchor in self.scale]
        if values != sorted(set(values)):
            raise ValueError("anchors must have distinct values, ordered from worst to best")
        return self

    def aspect_of(self, statement: object) -> str:
        """The aspect that a claim or cell speaks of; "" where the criterion has none."""
        said: str | None = getattr(statement, "aspect", None)
        return said or (self.aspects[0].name if self.aspects else "")

    def value_of(self, anchor: str) -> float:
        """Value in [0, 1] of the anchor of that name; KeyError where the scale lacks it."""
        for level in self.scale:
            if level.name == anchor:
                return level.value
        raise KeyError(anchor)


class Circumstances(Model):
    """When a statement applies. An empty field means any; all fields given must match."""

    targets: tuple[Target, ...] = ()
    accelerators: tuple[Accelerator, ...] = ()
    os: tuple[OperatingSystem, ...] = ()
    families: tuple[Family, ...] = ()
    scale: tuple[Scale, ...] = ()
    stages: tuple[Stage, ...] = ()
    cloud: tuple[Cloud, ...] = ()
    python_min: str | None = Field(default=None, pattern=r"^3\.[0-9]{1,2}$")
    python_max: str | None = Field(default=None, pattern=r"^3\.[0-9]{1,2}$")
    npu: bool | None = None
    untrusted_models: bool | None = None
    vendor_patched_image: bool | None = None
    beginners: bool | None = None
    pretrained: bool | None = None
    custom_research_code: bool | None = None
    artefact_years_min: float | None = Field(
        default=None,
        gt=0,
        description="years, or more, for which a saved model must load without a new export",
    )


class Dated(Model):
    """What every statement carries: where it stands and when it holds."""

    sources: tuple[str, ...] = Field(min_length=1, description="source ids")
    observed: date
    known: date
    valid_from: date
    valid_until: date | None = None
    grade: Grade
    fresh_years: float = Field(
        default=1.0,
        gt=0,
        description="years for which the reading is as good as new; by kind (ageing.yaml) where "
        "the file gives none",
    )
    provenance: str | None = Field(
        default=None,
        description="whose overlay says so; None: the packaged knowledge. Set on loading",
    )

    @model_validator(mode="after")
    def _interval(self) -> Self:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("valid_until must be later than valid_from")
        return self

    def holds_on(self, day: date) -> bool:
        """Known on that day, and valid on it."""
        return (
            self.known <= day
            and self.valid_from <= day
            and (self.valid_until is None or day < self.valid_until)
        )


class Claim(Dated):
    """A statement that bears on one criterion.

    ``values`` gives, per subject that it is about, the name of the anchor of the criterion's scale
    that the subject satisfies. A claim without values informs (traps, version floors) and moves
    nothing.
    """

    id: str
    statement: str
    criterion: CriterionId
    aspect: str | None = Field(
        default=None, description="which aspect of its criterion; None: the first, if there are any"
    )
    values: dict[Subject, str] = Field(default_factory=dict)
    when: Circumstances = Circumstances()
    note: str | None = Field(default=None, description="a reservation about the evidence")
    unmapped: str | None = Field(
        default=None, description="circumstances that no field of the profile can say, and why"
    )
    superseded_by: tuple[str, ...] = ()
    overrides: str | None = Field(
        default=None,
        description="in an overlay: id of the claim or cell that this one stands in for",
    )
    facts: tuple[FactNumber, ...] = Field(
        default=(), description="numbers in the check (F31) and in the history (H12)"
    )

    @property
    def text(self) -> str:
        """What is said."""
        return self.statement

    @model_validator(mode="after")
    def _suffices(self) -> Self:
        if self.unmapped and self.values and self.when == Circumstances():
            raise ValueError(
                "values of a claim with unmapped circumstances would count for everyone; "
                "give a circumstance under 'when' that suffices, or no values"
            )
        return self


class Gate(Dated):
    """A hard requirement: in these circumstances, who passes, who fails, who is unknown.

    A subject that is not named passes.
    """

    id: str
    requirement: str
    when: Circumstances
    outcomes: dict[Subject, GateOutcome] = Field(min_length=1)
    why: dict[Subject, str]
    odds: dict[Subject, float] = Field(
        default_factory=dict,
        description="of an unknown outcome, how likely the requirement is met; 0.5 where not given",
    )
    evidence: tuple[str, ...] = Field(default=(), description="claim ids")
    resolve_by: Literal["probe", "ask", "read"] = "read"
    overrides: str | None = Field(
        default=None, description="in an overlay: id of the gate that this one stands in for"
    )

    @property
    def text(self) -> str:
        """What is said."""
        return self.requirement

    @model_validator(mode="after")
    def _reasons(self) -> Self:
        silent = [s for s, o in self.outcomes.items() if o != "pass" and s not in self.why]
        if silent:
            raise ValueError(f"why is missing for {', '.join(silent)}")
        sure = [
            s for s, p in self.odds.items() if self.outcomes.get(s) != "unknown" or not 0 < p < 1
        ]
        if sure:
            raise ValueError(f"odds are for unknown outcomes, between 0 and 1: {', '.join(sure)}")
        return self

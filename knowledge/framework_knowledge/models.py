"""What is known, as frozen models. Every figure of an answer leads back to one of these.

Knowledge is bitemporal. ``valid_from``/``valid_until`` say when a statement holds in the world
(half-open); ``known`` is the day from which the public could know it; ``observed`` is the day on
which the evidence for it was last read. A snapshot for a day holds what was known on that day.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

FrameworkId = Literal["pytorch", "tensorflow", "keras", "jax"]
#: A framework, or Keras on one particular backend.
Subject = Literal[
    "pytorch",
    "tensorflow",
    "keras",
    "jax",
    "keras:pytorch",
    "keras:tensorflow",
    "keras:jax",
]
CriterionId = Literal[
    "ease_of_use",
    "flexibility",
    "debugging",
    "research_ecosystem",
    "production_ecosystem",
    "longevity",
    "training_speed",
    "inference_speed",
    "startup_time",
    "memory_efficiency",
    "accelerator_support",
    "distributed_training",
    "data_pipeline",
    "deployment",
    "interoperability",
    "platform_support",
    "security",
    "reproducibility",
    "team_fit",
]
Target = Literal[
    "server_gpu",
    "server_cpu",
    "server_tpu",
    "android",
    "ios",
    "browser",
    "microcontroller",
    "edge_tpu",
    "embedded_linux",
    "desktop",
]
Accelerator = Literal["nvidia", "amd", "intel_gpu", "apple", "tpu", "trainium", "none"]
OperatingSystem = Literal["linux", "windows", "macos"]
Cloud = Literal["gcp", "aws", "azure", "on_premise"]
Family = Literal[
    "cnn",
    "transformer",
    "llm",
    "diffusion",
    "rnn",
    "mlp",
    "speech",
    "recommender",
    "gnn",
    "reinforcement_learning",
    "scientific",
    "tabular",
    "other",
]
Stage = Literal["research", "prototype", "production", "education"]
#: The part of the profile that a criterion is judged for, one value at a time.
Facet = Literal["none", "target", "accelerator", "os", "family", "scale"]
#: Devices of one training job: one, several on one machine, several machines.
Scale = Literal["single", "multi_device", "multi_node"]
#: How the evidence came to be, from what can be checked best to what can be checked least.
Grade = Literal["measured", "registry", "primary", "secondary", "judgement", "unsourced"]
SourceKind = Literal["primary", "registry", "measured", "secondary", "article"]
#: How a statement of the source article stands on the day of the check.
Standing = Literal["holds", "nuance", "outdated", "wrong"]
#: How a piece of software stands: may a new project build on it?
Maturity = Literal["current", "beta", "maintenance", "deprecated", "ended"]
GateOutcome = Literal["pass", "fail", "unknown"]
#: F1 to F94 are facts of the check, H1 to H120 rows of the history.
FactNumber = Annotated[str, StringConstraints(pattern=r"^[FH][1-9][0-9]{0,2}$")]


class Model(BaseModel):
    """Base of all knowledge: frozen, and a field that nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class Criterion(Model):
    """Something a choice is judged by, with a fixed scale from 0 (worst) to 1 (best).

    ``facet`` names the part of the profile it is judged for (deployment: each target).
    ``follows_backend`` says that Keras has the backend's value unless a claim speaks of Keras on
    that backend. ``scale`` is ordered from worst to best.
    """

    id: CriterionId
    title: str
    question: str
    facet: Facet = "none"
    follows_backend: bool = False
    scale: tuple[Anchor, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        values = [anchor.value for anchor in self.scale]
        if values != sorted(set(values)):
            raise ValueError("anchors must have distinct values, ordered from worst to best")
        return self

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


class Dated(Model):
    """What every statement carries: where it stands and when it holds."""

    sources: tuple[str, ...] = Field(min_length=1, description="source ids")
    observed: date
    known: date
    valid_from: date
    valid_until: date | None = None
    grade: Grade

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
    values: dict[Subject, str] = Field(default_factory=dict)
    when: Circumstances = Circumstances()
    note: str | None = Field(default=None, description="a reservation about the evidence")
    unmapped: str | None = Field(
        default=None, description="circumstances that no field of the profile can say, and why"
    )
    superseded_by: tuple[str, ...] = ()
    facts: tuple[FactNumber, ...] = Field(
        default=(), description="numbers in the check (F31) and in the history (H12)"
    )

    @model_validator(mode="after")
    def _suffices(self) -> Self:
        if self.unmapped and self.values and self.when == Circumstances():
            raise ValueError(
                "values of a claim with unmapped circumstances would count for everyone; "
                "give a circumstance under 'when' that suffices, or no values"
            )
        return self


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


class Framework(Model):
    """A framework as it stands: name, licence, current version and where it comes from."""

    id: FrameworkId
    title: str
    package: str
    version: str
    licence: str
    summary: str
    released: date = Field(description="when that version came out; a month becomes its first day")
    backends: tuple[FrameworkId, ...] = Field(
        default=(), description="what it can run on, if not on itself; best supported first"
    )
    evidence: tuple[str, ...] = Field(default=(), description="claim ids")


PieceKind = Literal["api", "execution", "export", "serving", "distribution", "data"]


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

    def holds_on(self, day: date) -> bool:
        """Whether the piece stood like this on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )


class Gate(Dated):
    """A hard requirement: in these circumstances, who passes, who fails, who is unknown.

    A subject that is not named passes.
    """

    id: str
    requirement: str
    when: Circumstances
    outcomes: dict[Subject, GateOutcome] = Field(min_length=1)
    why: dict[Subject, str]
    evidence: tuple[str, ...] = Field(default=(), description="claim ids")
    resolve_by: Literal["probe", "ask", "read"] = "read"

    @model_validator(mode="after")
    def _reasons(self) -> Self:
        silent = [s for s, o in self.outcomes.items() if o != "pass" and s not in self.why]
        if silent:
            raise ValueError(f"why is missing for {', '.join(silent)}")
        return self


class Snapshot(Model):
    """What was known on one day. ``sha256`` is over the content, not over the files.

    It tells nothing of the future of that day: ends that still lie ahead are left out, a cell of
    the article stands as ``holds`` until it was checked, and a version not yet released reads
    ``unknown``.
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

"""The project profile (profile/1): what a project needs from a framework.

Everything but ``stage`` may be left out. A field that is absent is unknown and is treated as
unknown, never as a default answer; unknown fields are rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.validation import field_errors
from framework_knowledge.models import (
    Accelerator,
    Cloud,
    CriterionId,
    Family,
    FrameworkId,
    Language,
    OperatingSystem,
    Stage,
    Target,
)

#: The earliest day that can be asked about: nothing is recorded before it.
EARLIEST = date(2017, 1, 1)

Phase = Literal["pretraining", "training", "fine_tuning", "inference"]
DType = Literal["float32", "tf32", "bfloat16", "float16", "int8", "int4"]


Item = TypeVar("Item")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")


def _unique(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if len(set(items)) != len(items):
        raise PydanticCustomError(
            "unique_items", "an item is listed twice", {"expected": "each once"}
        )
    return items


def _day(value: object) -> object:
    """Pydantic takes numbers and times for days as well; nobody means that here."""
    if not (type(value) is date or (isinstance(value, str) and DAY.match(value))):
        raise PydanticCustomError("date", "not a date", {"expected": "a date as YYYY-MM-DD"})
    return value


Unique = Annotated[
    tuple[Item, ...], AfterValidator(_unique), Field(json_schema_extra={"uniqueItems": True})
]
NonEmptyUnique = Annotated[
    tuple[Item, ...],
    AfterValidator(_unique),
    # After a function pydantic's own schema no longer shows the length.
    Field(min_length=1, json_schema_extra={"uniqueItems": True, "minItems": 1}),
]


def _several(value: object) -> str:
    return "<several>" if isinstance(value, list | tuple) else "<one>"


def _wish(value: object) -> str:
    return "<wish>" if isinstance(value, dict | BaseModel) else "<one>"


class Model(BaseModel):
    """Base of the profile's parts: frozen, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _whole(value: object) -> object:
    """JSON has one kind of number: 8.0 is as whole as 8."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: Whole numbers from 0, and from 1.
Count = Annotated[StrictInt, Field(ge=0), BeforeValidator(_whole)]
Positive = Annotated[StrictInt, Field(ge=1), BeforeValidator(_whole)]


class ModelSize(Model):
    """Enough about the model to choose, or to predict, a measurement."""

    parameters: Positive | None = None
    batch: Positive | None = None
    sequence: Positive | None = None
    image: tuple[Positive, Positive, Positive] | None = Field(
        default=None, description="height, width, channels"
    )
    layers: Positive | None = None
    width: Positive | None = None
    dtype: DType | None = None


class Workload(Model):
    """What is trained or run."""

    family: Family | None = None
    phases: Unique[Phase] | None = None
    custom_research_code: StrictBool | None = Field(
        default=None,
        description="Own layers, losses, kernels or control flow; research on the method itself.",
    )
    dynamic_shapes: StrictBool | None = None
    model: ModelSize | None = None


class Scale(Model):
    """How large the training and the service are."""

    training_devices: Count | None = Field(
        default=None, description="Accelerators used by one training job."
    )
    training_nodes: Count | None = None
    requests_per_second: StrictFloat | None = Field(default=None, ge=0)
    p99_ms: StrictFloat | None = Field(default=None, gt=0)


class Platform(Model):
    """Where it is developed and trained."""

    accelerators: Unique[Accelerator] | None = Field(
        default=None,
        description="Kinds at hand: the choice must run on every one. 'none' stands alone and "
        "means CPU only.",
    )
    os: Unique[OperatingSystem] | None = Field(
        default=None, description="Every one must be supported, natively."
    )
    python: str | None = Field(default=None, pattern=r"^3\.[0-9]{1,2}$")
    cloud: Unique[Cloud] | None = None


class Serving(Model):
    """Where answers are computed, if not where it is trained."""

    os: Unique[OperatingSystem] | None = None
    language: Unique[Language] | None = None
    serverless: StrictBool | None = None
    npu: StrictBool | None = Field(default=None, description="Must use a phone's or board's NPU.")


class TargetWish(Model):
    """A target with its weight: a requirement, or a wish."""

    kind: Target
    required: StrictBool = True


class Constraints(Model):
    """What must hold whatever the choice."""

    artefact_years: StrictFloat | None = Field(
        default=None,
        ge=0,
        description="Years for which a saved model must load without a new export.",
    )
    vendor_patched_image: StrictBool | None = Field(
        default=None, description="Needs a cloud vendor's maintained image."
    )
    untrusted_models: StrictBool | None = Field(
        default=None, description="Loads model files from outside."
    )
    package_mb: StrictFloat | None = Field(
        default=None, gt=0, description="Largest size of runtime plus model on the target."
    )
    offline: StrictBool | None = None
    deterministic: StrictBool | None = None
    weeks: StrictFloat | None = Field(default=None, gt=0, description="Weeks until it must work.")


class Team(Model):
    """Who builds it and what they have."""

    skills: dict[FrameworkId, Annotated[StrictFloat, Field(ge=0, le=1)]] | None = None
    existing_code: Unique[FrameworkId] | None = Field(
        default=None,
        description="Frameworks in which code or models that matter to this project exist today.",
    )
    leaving: Unique[FrameworkId] | None = Field(
        default=None, description="Frameworks that the project has decided to leave."
    )
    pretrained: StrictBool | None = Field(
        default=None, description="Needs public pretrained models."
    )
    beginners: StrictBool | None = None


class Preferences(Model):
    """What the user says of the weights."""

    ranking: Unique[CriterionId] | None = Field(
        default=None,
        description="Most important first. May be partial: criteria named rise above the rest in "
        "this order; the rest keep among themselves the weights that the circumstances give.",
    )
    swings: dict[CriterionId, Annotated[StrictFloat, Field(ge=0, le=100)]] | None = Field(
        default=None,
        description="Swing weights for the criteria named; 0 removes one. The rest keep their "
        "weights below.",
    )


class EvidenceChoice(Model):
    """Which knowledge and which measurements count."""

    probe_run: str | None = Field(
        default="latest",
        description="A probe run's id, 'latest' for the newest runs of this host, or null for "
        "none. Absent: 'latest'.",
    )
    as_of: Annotated[date, BeforeValidator(_day)] | None = Field(
        default=None, description="Decide with what was known on that day."
    )
    max_age_days: Positive | None = None
    hosts: Unique[str] | None = Field(
        default=None, description="Hosts whose runs count. Absent: the current host."
    )


class Profile(Model):
    """What a project needs from a deep-learning framework (profile/1)."""

    name: str | None = Field(default=None, max_length=200)
    description: str | None = Field(
        default=None, max_length=4000, description="For people. Never scored."
    )
    stage: Annotated[
        Annotated[Stage, Tag("<one>")] | Annotated[NonEmptyUnique[Stage], Tag("<several>")],
        Discriminator(_several),
    ] = Field(description="One stage, or several where one choice must serve them all.")
    workload: Workload | None = None
    scale: Scale | None = None
    platform: Platform | None = Field(
        default=None, description="Where it is developed and trained."
    )
    serving: Serving | None = Field(
        default=None, description="Where answers are computed, if not where it is trained."
    )
    targets: (
        Unique[
            Annotated[
                Annotated[Target, Tag("<one>")] | Annotated[TargetWish, Tag("<wish>")],
                Discriminator(_wish),
            ]
        ]
        | None
    ) = Field(
        default=None,
        description="Where the trained model has to run. Empty: it never leaves the lab. Absent: "
        "unknown. A bare string is a requirement; use the object form for a wish.",
    )
    constraints: Constraints | None = None
    team: Team | None = None
    must_use: Unique[FrameworkId] | None = Field(
        default=None, description="The pick must be one of these."
    )
    must_not_use: Unique[FrameworkId] | None = Field(
        default=None,
        description="Barred as the pick and as a Keras backend; not barred as a tool beside it "
        "(LiteRT, tf.data, TensorBoard).",
    )
    preferences: Preferences | None = None
    candidates: NonEmptyUnique[FrameworkId] | None = Field(
        default=None, description="Compare these alone."
    )
    evidence: EvidenceChoice | None = None
    seed: Count | None = Field(default=None, description="Absent: 0.")

    @model_validator(mode="after")
    def _across_fields(self) -> Self:
        broken = tuple(_broken_rules(self))
        if broken:
            raise PydanticCustomError(
                "across_fields", "fields contradict each other", {"errors": broken}
            )
        return self

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages, however many were given."""
        return (self.stage,) if isinstance(self.stage, str) else self.stage

    @property
    def target_wishes(self) -> tuple[TargetWish, ...] | None:
        """The targets in object form; None where they are unknown."""
        if self.targets is None:
            return None
        return tuple(t if isinstance(t, TargetWish) else TargetWish(kind=t) for t in self.targets)


def _broken_rules(profile: Profile) -> Iterator[FieldError]:
    """Rules across fields; each broken one yields an error for every field that takes part."""
    platform, evidence, preferences = profile.platform, profile.evidence, profile.preferences
    accelerators = (platform and platform.accelerators) or ()
    if "none" in accelerators and len(accelerators) > 1:
        yield FieldError(
            "/platform/accelerators",
            "'none' stands beside another accelerator",
            "'none' alone (CPU only), or the accelerators without it",
        )
    places: dict[str, list[int]] = {}
    for index, wish in enumerate(profile.target_wishes or ()):
        places.setdefault(wish.kind, []).append(index)
    for kind, indices in places.items():
        for index in indices if len(indices) > 1 else ():
            yield FieldError(
                f"/targets/{index}",
                f"{kind} is listed twice, as a requirement and as a wish",
                "each target once",
            )
    yield from _contradicting_candidates(profile)
    if evidence and evidence.as_of is not None:
        today = datetime.now(UTC).date()
        if not EARLIEST <= evidence.as_of <= today:
            yield FieldError(
                "/evidence/as_of",
                f"{evidence.as_of} is out of range",
                f"a day from {EARLIEST} to today ({today})",
            )
    swings = preferences.swings if preferences else None
    if swings and len(swings) == len(get_args(CriterionId)) and not any(swings.values()):
        yield FieldError(
            "/preferences/swings", "all swings are 0", "at least one criterion above 0"
        )


def _contradicting_candidates(profile: Profile) -> Iterator[FieldError]:
    wanted, barred = set(profile.must_use or ()), set(profile.must_not_use or ())
    offered = set(profile.candidates or get_args(FrameworkId))
    both = sorted(wanted & barred)
    if both:
        for pointer in ("/must_use", "/must_not_use"):
            yield FieldError(
                pointer,
                f"{', '.join(both)} in both must_use and must_not_use",
                "each framework in one of the two at most",
            )
    outside = sorted(wanted - offered)
    if outside:
        for pointer in ("/must_use", "/candidates"):
            yield FieldError(
                pointer,
                f"must_use names {', '.join(outside)}, which candidates lacks",
                "must_use within candidates",
            )
    if offered <= barred:
        for pointer in (
            ("/must_not_use", "/candidates") if profile.candidates else ("/must_not_use",)
        ):
            yield FieldError(pointer, "every candidate is barred", "at least one candidate left")


def parse_profile(body: bytes | str) -> Profile:
    """The profile in a JSON text.

    Raises:
        InvalidInput: not JSON, or a field that breaks the contract; one entry for each.
    """
    try:
        return Profile.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(tuple(field_errors(error.errors(), Profile))) from None

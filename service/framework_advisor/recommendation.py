"""The recommendation (recommendation/1): the choice, how sure it is, on what, what would flip it.

Field names are fixed by the contract; a field may be added, never renamed or dropped.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from framework_advisor.profile import Profile
from framework_knowledge.models import CriterionId, FrameworkId, Maturity, OverlayUse

SCHEMA: Literal["recommendation/1"] = "recommendation/1"

Status = Literal["clear", "lean", "toss_up", "infeasible", "insufficient_evidence"]
Basis = Literal["measured", "predicted", "documented", "judged", "unknown"]
PairVerdict = Literal["faster", "slower", "same", "ambiguous"]


class Model(BaseModel):
    """Base of the answer's parts: frozen; written with the contract's names."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )


class Inference(Model):
    """A field that the profile leaves open, and the prior that stood in for it."""

    field: str = Field(description="JSON pointer into the profile")
    prior: dict[str, float] = Field(description="probability of each value")
    why: str


class WeightRule(Model):
    """A rule that changed the weights, and why. Factors are on swing weights."""

    rule: str
    reason: str
    factors: dict[CriterionId, float]


class KnowledgeUsed(Model):
    """The snapshot that the answer rests on."""

    version: str
    sha256: str
    as_of: date
    overlays: tuple[OverlayUse, ...] = Field(
        default=(), description="an organisation's own statements laid over the packaged ones"
    )


class Engine(Model):
    """What decided: version, seed and number of Monte Carlo draws."""

    version: str
    seed: int
    draws: int


class AlternativePiece(Model):
    """Another piece for the same place, and why it is not the choice."""

    piece: str = Field(description="its id in the knowledge")
    choice: str
    maturity: Maturity
    why_not_first: str


class StackPiece(Model):
    """One piece to build with."""

    choice: str
    why: str
    evidence: tuple[str, ...] = ()
    target: str | None = Field(
        default=None, description="for an export or a server: the target it serves"
    )
    piece: str | None = Field(
        default=None, description="its id in the knowledge; none where nothing is needed or known"
    )
    maturity: Maturity | None = None
    since: date | None = Field(default=None, description="day from which it stands like this")
    compiler: str | None = Field(default=None, description="for an execution that compiles")
    requires: tuple[str, ...] = Field(default=(), description="what must hold for it, in words")
    unsourced: str | None = Field(default=None, description="what of it no evidence carries")
    alternatives: tuple[AlternativePiece, ...] = ()


class Stack(Model):
    """The pieces to build with. ``backend`` is the framework itself where it has no other."""

    api: StackPiece
    backend: StackPiece
    execution: StackPiece
    export: tuple[StackPiece, ...]
    serving: StackPiece
    distribution: StackPiece
    data: StackPiece
    further_serving: tuple[StackPiece, ...] = Field(
        default=(), description="servers for targets that ``serving`` does not serve"
    )

    def pieces(self) -> tuple[tuple[str, StackPiece], ...]:
        """Every piece with its name, in the order in which one builds."""
        return (
            ("API", self.api),
            ("backend", self.backend),
            ("execution", self.execution),
            *((f"export to {piece.target}", piece) for piece in self.export),
            ("serving", self.serving),
            *((f"serving on {piece.target}", piece) for piece in self.further_serving),
            ("distribution", self.distribution),
            ("data", self.data),
        )


class Verdict(Model):
    """The answer in one piece. Figures are None where nothing is feasible."""

    status: Status
    framework: FrameworkId | None
    stack: Stack | None
    runner_up: FrameworkId | None
    p_best: float | None = Field(description="probability that the pick is the best")
    p_best_se: float | None = Field(description="its Monte Carlo standard error")
    expected_regret: float | None = Field(description="mean value lost if the pick is wrong")
    why: str = Field(description="the status in one sentence")


class Interval(Model):
    """Mean and the 5th and 95th percentile."""

    mean: float
    p05: float
    p95: float


class Contribution(Model):
    """What one criterion adds: ``weight`` times ``value``; the sum over criteria is the mean."""

    criterion: CriterionId
    weight: float
    value: float
    basis: Basis
    evidence: tuple[str, ...]


class StackValue(Model):
    """Another stack of the same framework and its value."""

    stack: str = Field(description="framework, or framework:backend")
    value: Interval


class Ranked(Model):
    """One framework, with its best stack."""

    framework: FrameworkId
    stack: str = Field(description="framework, or framework:backend")
    value: Interval
    feasibility: float = Field(
        default=1.0,
        description="probability that it meets the requirements of which that is not known; "
        "value.mean is this times the sum of weight times value over the contributions",
    )
    rank_acceptability: tuple[float, ...] = Field(
        description="probability of rank 1, 2, … among the feasible frameworks"
    )
    central_weights: dict[CriterionId, float] | None = Field(
        description="mean weights of the draws in which it comes first; None where it never does"
    )
    dominated_by: tuple[FrameworkId, ...] = Field(
        description="frameworks at least as good on every criterion and better on one"
    )
    contributions: tuple[Contribution, ...]
    alternatives: tuple[StackValue, ...] = ()


class Exclusion(Model):
    """Ruled out by a hard requirement."""

    framework: FrameworkId
    stack: str | None = Field(
        default=None, description="given where one stack is out, not the framework"
    )
    requirement: str
    why: str
    evidence: tuple[str, ...] = ()


class Unknown(Model):
    """What is not known and would matter."""

    requirement: str | None = None
    field: str | None = None
    framework: FrameworkId | None = None
    stack: str | None = None
    why: str
    resolve_by: Literal["probe", "ask", "read"]


class Contender(Model):
    """Who was measured."""

    framework: FrameworkId
    backend: FrameworkId | None
    tier: Literal["eager", "compiled"]


class Measurement(Model):
    """A measured ratio: time of b over time of a, so 2 says that a is twice as fast."""

    id: str
    probe: str
    a: Contender
    b: Contender
    ratio: float
    ci95: tuple[float, float]
    verdict: PairVerdict
    host: str
    run: str
    applied: bool
    why_not: str | None = None


class PathRun(Model):
    """One way from a framework to a target with one model, tried on a host, and whether it counts.

    Whatever the documents claim of it stands beside it, in the evidence of ``pieces``.
    """

    id: str = Field(description="of the result; evidence where it is applied")
    path: str
    framework: FrameworkId
    backend: FrameworkId | None
    targets: tuple[str, ...] = Field(description="of the profile, that it speaks of")
    pieces: tuple[str, ...] = Field(description="pieces of a stack that take this way")
    model: str
    exporter: str
    artefact: str
    runtime: str
    precision: str
    outcome: str
    reason: str | None = None
    proves: str = Field(description="what the run shows, and what it does not")
    host: str
    run: str
    applied: bool
    why_not: str | None = None


class WeightFlip(Model):
    """The weight of a criterion at which the pick and another framework tie."""

    kind: Literal["weight"] = "weight"
    criterion: CriterionId
    from_: float = Field(alias="from")
    to: float
    new_pick: FrameworkId


class FactFlip(Model):
    """A fact that would change the pick if another anchor of its scale held."""

    kind: Literal["fact"] = "fact"
    evidence: str
    framework: str
    from_: str = Field(alias="from")
    to: str
    new_pick: FrameworkId


class RequirementFlip(Model):
    """A requirement that changes the pick when dropped or added."""

    kind: Literal["requirement"] = "requirement"
    change: Literal["drop", "add"]
    requirement: str
    gate: str | None = Field(default=None, description="for one that is added: its id")
    new_pick: FrameworkId


Flip = WeightFlip | FactFlip | RequirementFlip


class NextEvidence(Model):
    """What would settle it: a probe to run or a question to answer."""

    probe: str | None = None
    suite: str | None = Field(default=None, description="to run, where it is more than one probe")
    field: str | None = None
    expected_gain: float = Field(description="gain in the p_best of the pick that is then best")
    cost_s: float | None = Field(description="seconds to run the probe; None for a question")
    why: str


class Switching(Model):
    """What moving existing code to the pick costs, in kind."""

    from_: FrameworkId = Field(alias="from")
    to: FrameworkId
    kinds: tuple[Literal["rewrite", "retrain", "re_export", "retrain_people", "none"], ...]
    why: str
    evidence: tuple[str, ...] = ()


class HostChoice(Model):
    """What is best on one host, by its own measurements beside the documents."""

    host: str
    hardware: str = Field(description="what kind of machine it is")
    framework: FrameworkId | None
    stack: str | None
    value: float | None = Field(description="mean value of the stack")
    runner_up: FrameworkId | None
    margin: float | None = Field(description="mean value above the runner-up's")
    probes: tuple[str, ...] = Field(description="of this host, that apply to the profile")
    relative_time: float | None = Field(
        description="time of its stack over that of the quickest host's, on the probes of all; "
        "None where none is common"
    )
    relative_time_ci95: tuple[float, float] | None


class Compromise(Model):
    """One framework on every host, and what each host loses by it."""

    framework: FrameworkId
    regret: dict[str, float] = Field(description="by host: mean value below its own best")
    largest_regret: float
    serves_all: bool = Field(description="no host loses what anybody would notice")


class AcrossHosts(Model):
    """The answer by host, where several were measured."""

    hosts: tuple[HostChoice, ...]
    compromises: tuple[Compromise, ...] = Field(description="the one that loses least first")
    quickest: str | None = Field(description="the host on which this profile's work is quickest")


class Evidence(Model):
    """Something that a figure rests on."""

    kind: Literal["probe", "table", "document", "registry"]
    statement: str
    source: str
    observed: date
    known: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    grade: str
    provenance: str | None = Field(
        default=None, description="the overlay that says so; None: the packaged knowledge, a probe"
    )
    value: float | None = None
    unit: str | None = None
    ci95: tuple[float, float] | None = None
    host: str | None = None
    run: str | None = None
    environment: str | None = None


class Links(Model):
    """Where the answer lives once it is stored."""

    self: str
    record: str
    replay: str


#: The profile as it was given: what was left out stays out, so that it can be sent again.
ProfileAsGiven = Annotated[
    Profile,
    PlainSerializer(lambda profile: profile.model_dump(mode="json", exclude_unset=True)),
]


class Decision(Model):
    """What the decision core says: all of the answer that is a pure function of its inputs."""

    profile: ProfileAsGiven
    inferred: tuple[Inference, ...]
    weight_rules: tuple[WeightRule, ...]
    knowledge: KnowledgeUsed
    engine: Engine
    verdict: Verdict
    ranking: tuple[Ranked, ...]
    excluded: tuple[Exclusion, ...]
    unknown: tuple[Unknown, ...]
    measurements: tuple[Measurement, ...]
    flips: tuple[Flip, ...]
    next_evidence: tuple[NextEvidence, ...]
    switching: tuple[Switching, ...]
    evidence: dict[str, Evidence]
    paths: tuple[PathRun, ...] = Field(
        default=(), description="exports to the profile's targets that were tried on its hosts"
    )
    across_hosts: AcrossHosts | None = Field(
        default=None, description="what is best on each host, where several were measured"
    )


class Identity(Model):
    """What tells one answer from another one that says the same."""

    schema_: Literal["recommendation/1"] = Field(default=SCHEMA, alias="schema")
    id: str
    created_at: datetime
    links: Links

    @classmethod
    def new(cls) -> Self:
        """One that nobody has yet, made now."""
        id_ = f"rec_{uuid4().hex}"
        here = f"/v1/recommendations/{id_}"
        links = Links(self=here, record=f"{here}/record", replay=f"{here}/replay")
        return cls(id=id_, created_at=datetime.now(UTC), links=links)


class Recommendation(Decision, Identity):
    """The answer to a profile, with its identity."""

    @classmethod
    def of(cls, decision: Decision, identity: Identity) -> Self:
        """A decision that is given under this identity."""
        return cls(**dict(identity), **dict(decision))

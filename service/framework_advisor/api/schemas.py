"""The documents that HTTP and ``--json`` give, beside the recommendation itself. pydantic only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from framework_advisor.recommendation import (
    SCHEMA,
    Links,
    Ranked,
    Recommendation,
    Status,
    Verdict,
)
from framework_advisor.runs.records import (
    EventKind,
    Given,
    HostRecord,
    ResultInBrief,
    Run,
    RunEvent,
    RunResults,
    RunStatus,
)
from framework_knowledge.models import (
    Cell,
    Claim,
    Criterion,
    CriterionId,
    Family,
    Framework,
    FrameworkId,
    OverlayUse,
    SetAside,
    Source,
)
from framework_probes.results import Environment, Host, Outcome, OwnFile, Pair, Peaks, Result


class Document(BaseModel):
    """Base: frozen, written under the names of the contract."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class BriefRecommendation(Document):
    """Verdict and ranking alone (``?explain=false``)."""

    schema_: Literal["recommendation/1"] = Field(default=SCHEMA, alias="schema")
    id: str
    created_at: datetime
    verdict: Verdict
    ranking: tuple[Ranked, ...]
    links: Links


class RecommendationSummary(Document):
    """One line of the list."""

    id: str
    created_at: datetime
    name: str | None = Field(description="the profile's")
    status: Status
    framework: FrameworkId | None
    p_best: float | None
    links: Links

    @classmethod
    def of(cls, given: Given) -> Self:
        """The document of what the store says of it."""
        here = f"/v1/recommendations/{given.id}"
        return cls(
            id=given.id,
            created_at=given.created_at,
            name=given.name,
            status=given.status,
            framework=given.framework,
            p_best=given.p_best,
            links=Links(self=here, record=f"{here}/record", replay=f"{here}/replay"),
        )


class RecommendationList(Document):
    """A page of recommendations, newest first. ``next``: where the following page is."""

    items: tuple[RecommendationSummary, ...]
    total: int
    next: str | None


class ReplayRequest(Document):
    """How to decide again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date | None = Field(
        default=None, description="with the knowledge of that day; absent: of today"
    )


class Replay(Document):
    """The verdict then, the verdict now, and what changed between them."""

    before: Verdict
    after: Verdict
    changed: tuple[str, ...] = Field(description="one line each; empty: nothing did")
    recommendation: Recommendation = Field(description="the new one, which is not kept")


class KnowledgeSummary(Document):
    """Which knowledge this service decides with today."""

    version: str
    sha256: str = Field(description="of the snapshot's content")
    as_of: date
    counts: dict[str, int]
    overlays: tuple[OverlayUse, ...] = Field(description="laid over the packaged knowledge")
    set_aside: tuple[SetAside, ...] = Field(
        description="statements that an overlay overrides or mutes"
    )


class CriterionList(Document):
    """Criteria with their scales."""

    items: tuple[Criterion, ...]
    total: int


class FrameworkList(Document):
    """Frameworks as they stand."""

    items: tuple[Framework, ...]
    total: int


class ClaimList(Document):
    """Claims, in the order of the knowledge."""

    items: tuple[Claim, ...]
    total: int


class SourceList(Document):
    """Where statements can be read again."""

    items: tuple[Source, ...]
    total: int


class RowExcerpt(Document):
    """One feature of a comparison table, with the cells that were asked for."""

    id: str
    feature: str
    cells: tuple[Cell, ...]


class TableExcerpt(Document):
    """A comparison table with the rows that hold a cell that was asked for."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[RowExcerpt, ...]


class TableList(Document):
    """Comparison tables; of each the rows, and of each row the cells, that were asked for."""

    items: tuple[TableExcerpt, ...]
    total: int = Field(description="cells in all")


class ProbeDescription(Document):
    """What one probe measures."""

    id: str
    title: str
    measures: str
    shape: str
    dtype: str
    tiers: tuple[str, ...]
    flops: int = Field(description="floating-point operations of one iteration")
    bytes: int = Field(description="least bytes moved by one iteration")
    criterion: CriterionId
    families: dict[Family, float] = Field(description="resemblance to that family's work, 0..1")
    cost_s: float = Field(description="estimated seconds with every contender")
    suites: tuple[str, ...]


class ProbeCatalogue(Document):
    """Every probe that can be run."""

    items: tuple[ProbeDescription, ...]
    total: int
    suites: dict[str, float] = Field(description="suite to its budget in seconds")


class HostSeen(Document):
    """A host that probes ran on."""

    host: Host
    first_seen: datetime
    last_seen: datetime
    peaks: Peaks | None = Field(description="from the newest run that measured them")
    latest_run: str | None

    @classmethod
    def of(cls, record: HostRecord) -> Self:
        """The document of a record."""
        return cls(
            host=record.host,
            first_seen=record.first_seen,
            last_seen=record.last_seen,
            peaks=record.peaks,
            latest_run=record.latest_run,
        )


class HostList(Document):
    """Hosts seen, the latest first."""

    items: tuple[HostSeen, ...]
    total: int


class CurrentHost(Document):
    """This host: what it is, what is installed, what it reached."""

    host: Host
    devices: tuple[str, ...]
    frameworks: dict[FrameworkId, str | None] = Field(
        description="installed version, found without importing; null: not installed"
    )
    peaks: Peaks | None = Field(description="from the newest run here; null: not measured yet")


class Progress(Document):
    """``done`` of ``planned`` results; ``planned`` is null before the run has begun."""

    done: int
    planned: int | None


class RunLinks(Document):
    """Where the run and its results are."""

    self: str
    results: str
    events: str


class ProbeRun(Document):
    """A probe run: what was asked, how far it is, what became of it."""

    id: str
    host: str
    status: RunStatus
    suite: str
    frameworks: tuple[FrameworkId, ...] | None
    probes: tuple[str, ...] | None
    device: str
    budget_s: float | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    imported_at: datetime | None = Field(
        description="when it came from another machine; null: it was measured under this store"
    )
    progress: Progress
    counts: dict[Outcome, int] = Field(description="results by outcome")
    message: str
    own: OwnFile | None = Field(description="of the suite mine, the file that was measured")
    links: RunLinks

    @classmethod
    def of(cls, run: Run) -> Self:
        """The document of a run."""
        here = f"/v1/probe-runs/{run.id}"
        return cls(
            id=run.id,
            host=run.host,
            status=run.status,
            suite=run.request.suite,
            frameworks=run.request.frameworks,
            probes=run.request.probes,
            device=run.request.device,
            budget_s=run.request.budget_s,
            created_at=run.created_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
            imported_at=run.imported_at,
            progress=Progress(done=run.done, planned=run.planned),
            counts=dict(run.counts),
            message=run.message,
            own=run.request.own,
            links=RunLinks(self=here, results=f"{here}/results", events=f"{here}/events"),
        )


class ProbeRunList(Document):
    """A page of probe runs, newest first. ``next``: where the following page is."""

    items: tuple[ProbeRun, ...]
    total: int
    next: str | None


class ProbeRunEvent(Document):
    """Something that happened to a run, and how the run stood right after it."""

    id: int = Field(description="from 1 within the run; Last-Event-ID goes on after it")
    event: EventKind
    run: str
    at: datetime
    status: RunStatus
    message: str
    progress: Progress
    result: ResultInBrief | None = Field(description="what was measured, with the event result")

    @classmethod
    def of(cls, event: RunEvent) -> Self:
        """The document of an event."""
        return cls(
            id=event.number,
            event=event.kind,
            run=event.run,
            at=event.at,
            status=event.status,
            message=event.message,
            progress=Progress(done=event.done, planned=event.planned),
            result=event.result,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDocument(Result):
    """A result under the names of result/1, its contender's parts beside it."""

    schema: Literal["result/1"] = "result/1"
    framework: str
    backend: str | None
    tier: str

    @classmethod
    def of(cls, result: Result) -> ResultDocument:
        """The document of a result."""
        contender = result.contender
        return cls(
            **{f.name: getattr(result, f.name) for f in fields(Result)},
            framework=contender.framework,
            backend=contender.backend,
            tier=contender.tier,
        )


class ProbeRunResults(Document):
    """All that a run measured, raw blocks included; host and environments stand once."""

    run: str
    host: Host
    environments: tuple[Environment, ...]
    results: tuple[ResultDocument, ...]
    pairs: tuple[Pair, ...]

    @classmethod
    def of(cls, measured: RunResults) -> Self:
        """The document of what the store holds."""
        return cls(
            run=measured.run,
            host=measured.host,
            environments=measured.environments,
            results=tuple(map(ResultDocument.of, measured.results)),
            pairs=measured.pairs,
        )


class Health(Document):
    """The service is there; where it is ready, with which knowledge."""

    status: Literal["live", "ready"]
    knowledge: str | None = None

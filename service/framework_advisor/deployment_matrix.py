"""The matrix of a deployment run: every path with what came of it, and framework by target.

pydantic only: HTTP, ``--json``, the page and the docs give the same document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field

from framework_advisor.runs.records import RunResults
from framework_probes.deployed import Latency, Parity, Precision, Target
from framework_probes.distributed.catalogue import ID as TOGETHER
from framework_probes.results import Environment, Host, Outcome, Result

#: What is said where there is none.
HOW = "framework-advisor probe run --suite deployment"
NONE_YET = (
    f"No export was tried on this host yet. Make a run: {HOW}, "
    'or POST {"suite": "deployment"} to /v1/probe-runs.'
)
Works = Literal["yes", "partly", "no", "compiled_only", "not_tried"]
#: Outcomes that say something of the path itself.
_SAYS = frozenset({"ok", "wrong_result", "unsupported", "crash"})


class Document(BaseModel):
    """Base: frozen, written under the names of the contract."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class DeployedPath(Document):
    """One path with one model: how far it came, and what it is worth on its target."""

    id: str = Field(description="of the result")
    run: str
    path: str
    framework: str
    backend: str | None
    model: str
    exporter: str
    artefact: str
    runtime: str
    precision: Precision
    targets: tuple[Target, ...] = Field(description="what the runtime stands for, itself first")
    proves: str = Field(description="what this run shows, and what it does not")
    outcome: Outcome
    reason: str | None
    parity: Parity | None
    latency: Latency | None
    of_source: float | None = Field(
        description="median latency over the framework's own, of the same request: 2 is twice as "
        "long; null where either is not known"
    )
    export_s: float | None
    artefact_bytes: int | None
    runtime_bytes: int | None = Field(description="what has to be installed on the target")
    peak_rss: int | None
    arena_bytes: int | None
    versions: dict[str, str]
    notes: tuple[str, ...]

    @property
    def subject(self) -> str:
        """``pytorch``, ``keras:jax``."""
        return f"{self.framework}:{self.backend}" if self.backend else self.framework

    @classmethod
    def of(cls, result: Result) -> Self:
        """The row of a result that was deployed."""
        deployed, by = result.deployed, result.contender
        if deployed is None:
            raise ValueError(f"{result.id} is of no export")
        latency = deployed.latency
        source = latency.source_p50 if latency else None
        return cls(
            id=result.id,
            run=result.run,
            path=deployed.path,
            framework=by.framework,
            backend=by.backend,
            model=deployed.model,
            exporter=deployed.exporter,
            artefact=deployed.artefact,
            runtime=deployed.runtime,
            precision=deployed.precision,
            targets=deployed.targets,
            proves=deployed.proves,
            outcome=result.outcome,
            reason=result.reason,
            parity=deployed.parity,
            latency=latency,
            of_source=latency.p50 / source if latency and source else None,
            export_s=deployed.export_s,
            artefact_bytes=deployed.artefact_bytes,
            runtime_bytes=deployed.runtime_bytes,
            peak_rss=deployed.peak_rss,
            arena_bytes=deployed.arena_bytes,
            versions=deployed.versions,
            notes=deployed.notes,
        )


class Cell(Document):
    """A framework on a target, over every path and model."""

    subject: str = Field(description="framework, or framework:backend")
    target: Target
    works: Works = Field(
        description="yes: every model left by a path that ran and is right; partly: some did; no: "
        "none did; compiled_only: none was run; not_tried: nothing was found out"
    )
    ok: int = Field(description="results that are ok, of the paths and models that were tried")
    tried: int
    paths: tuple[str, ...] = Field(description="ids of the results, those that are ok first")


class TrainedTogether(Document):
    """Two processes of one machine that trained together by a framework's own way."""

    id: str = Field(description="of the result")
    framework: str
    backend: str | None
    way: str
    outcome: Outcome
    reason: str | None
    error: float | None = Field(
        description="largest relative difference of the gradients from those of one process and of "
        "float64 NumPy on the whole batch"
    )
    tolerance: float | None
    step_s: float | None
    ci95: tuple[float, float] | None

    @property
    def subject(self) -> str:
        """``pytorch``, ``keras:jax``."""
        return f"{self.framework}:{self.backend}" if self.backend else self.framework

    @classmethod
    def of(cls, result: Result) -> Self:
        """The row of a result of that check."""
        by, equality, time = result.contender, result.equality, result.time
        return cls(
            id=result.id,
            framework=by.framework,
            backend=by.backend,
            way=by.variant or "",
            outcome=result.outcome,
            reason=result.reason,
            error=equality.error if equality else None,
            tolerance=equality.tolerance if equality else None,
            step_s=time.seconds if time else None,
            ci95=time.ci95 if time else None,
        )


class DeploymentMatrix(Document):
    """What became of every export in its target's runtime when it was tried last."""

    schema_: Literal["deployment-matrix/1"] = Field(default="deployment-matrix/1", alias="schema")
    run: str = Field(description="the newest; each path names its own")
    host: Host
    measured_at: datetime | date = Field(description="when the newest run ended")
    counts: dict[Outcome, int]
    cells: tuple[Cell, ...] = Field(description="framework by target, those that were planned")
    paths: tuple[DeployedPath, ...]
    distributed: tuple[TrainedTogether, ...] = Field(
        default=(), description="two processes on the loopback; shown, and no part of a decision"
    )
    environments: tuple[Environment, ...]

    @classmethod
    def of(
        cls,
        measured: RunResults,
        measured_at: datetime | date,
        before: Sequence[RunResults] = (),
    ) -> Self:
        """The matrix of a run that ended; what it did not try is that of runs ``before`` it."""
        runs = (measured, *before)
        last: dict[tuple[str, str | None, str], Result] = {}
        every = [result for run in runs for result in run.results]
        # What a budget cut off says nothing, and hides nothing.
        for result in sorted(every, key=lambda each: each.outcome == "not_run"):
            who = result.contender
            last.setdefault((result.probe, who.variant, who.subject), result)
        results = tuple(last.values())
        paths = tuple(DeployedPath.of(each) for each in results if each.deployed)
        counts: dict[Outcome, int] = {}
        for path in paths:
            counts[path.outcome] = counts.get(path.outcome, 0) + 1
        return cls(
            run=measured.run,
            host=measured.host,
            measured_at=measured_at,
            counts=dict(sorted(counts.items(), key=lambda item: -item[1])),
            cells=_cells(paths),
            paths=paths,
            distributed=tuple(
                TrainedTogether.of(each) for each in results if each.probe == TOGETHER
            ),
            environments=tuple({e.id: e for run in runs for e in run.environments}.values()),
        )

    def path(self, id_: str) -> DeployedPath:
        """The row of that id."""
        return next(each for each in self.paths if each.id == id_)


def _cells(paths: Iterable[DeployedPath]) -> tuple[Cell, ...]:
    found: dict[tuple[str, Target], list[DeployedPath]] = {}
    for path in paths:
        for target in path.targets:
            found.setdefault((path.subject, target), []).append(path)
    order = {target: place for place, target in enumerate(get_args(Target))}
    return tuple(
        _cell(subject, target, rows)
        for (subject, target), rows in sorted(
            found.items(), key=lambda item: (_SUBJECTS.get(item[0][0], 9), order[item[0][1]])
        )
    )


#: In the order of the frameworks' table.
_SUBJECTS = {
    name: place
    for place, name in enumerate(
        ("pytorch", "tensorflow", "keras:tensorflow", "keras:pytorch", "keras:jax", "jax")
    )
}


def _cell(subject: str, target: Target, rows: list[DeployedPath]) -> Cell:
    said = [row for row in rows if row.outcome in _SAYS]
    right = [row for row in said if row.outcome == "ok"]
    left = {row.model for row in right} == {row.model for row in said}
    works: Works
    if said:
        works = "no" if not right else "yes" if left else "partly"
    else:
        compiled = any(row.outcome == "compiled_only" for row in rows)
        works = "compiled_only" if compiled else "not_tried"
    best_first = sorted(rows, key=lambda row: (row.outcome != "ok", _p50(row)))
    return Cell(
        subject=subject,
        target=target,
        works=works,
        ok=len(right),
        tried=len(said),
        paths=tuple(row.id for row in best_first),
    )


def _p50(row: DeployedPath) -> float:
    return row.latency.p50 if row.latency else float("inf")

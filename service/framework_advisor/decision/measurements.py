"""Measurements as the decision core sees them: plain values, free of how they were taken."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from framework_advisor.recommendation import Contender, PairVerdict
from framework_knowledge.models import CriterionId, Family, FrameworkId


class Model(BaseModel):
    """Base: frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MeasuredPair(Model):
    """Time of b over time of a with its 95% interval, taken alternately in one session."""

    id: str
    a: Contender
    b: Contender
    ratio: float = Field(gt=0)
    ci95: tuple[float, float]
    verdict: PairVerdict


class MeasuredTime(Model):
    """Seconds per iteration of one contender, or why there are none."""

    id: str
    contender: Contender
    outcome: str
    reason: str | None = None
    seconds: float | None = Field(default=None, gt=0)
    ci95: tuple[float, float] | None = None
    reference_s: float | None = Field(
        default=None, gt=0, description="framework-free time of the same work on that host"
    )
    environment: str


class ProbeFacts(Model):
    """What a probe stands for: the criterion it informs and the workloads it resembles."""

    id: str
    title: str
    criterion: CriterionId
    families: dict[Family, float] = Field(description="resemblance in [0, 1]; absent: none")
    dtype: str
    cost_s: float

    def resembles(self, family: str) -> float:
        """Resemblance to a family of workloads, in [0, 1]."""
        return {str(name): share for name, share in self.families.items()}.get(family, 0.0)


class MeasuredProbe(Model):
    """One probe in one run on one host: every time and every pair of the session."""

    probe: ProbeFacts
    run: str
    host: str
    device: Literal["cpu", "cuda", "rocm", "xpu", "mps", "tpu"]
    observed: date
    times: tuple[MeasuredTime, ...]
    pairs: tuple[MeasuredPair, ...]


class MeasuredPath(Model):
    """One way from a framework to a target with one model, and what came of it on a host.

    ``families`` tells what workloads the model resembles, in [0, 1]; None: it is the user's own.
    """

    id: str = Field(description="of the result")
    path: str
    framework: FrameworkId
    backend: FrameworkId | None
    model: str
    families: dict[Family, float] | None
    exporter: str
    artefact: str
    runtime: str
    targets: tuple[str, ...] = Field(description="what the runtime stands for")
    precision: str
    proves: str = Field(description="what the run shows, and what it does not")
    outcome: str
    reason: str | None = None
    relative_error: float | None = None
    tolerance: float | None = None
    p50_s: float | None = None
    artefact_bytes: int | None = None
    run: str
    host: str
    observed: date
    environment: str

    @property
    def subject(self) -> str:
        """``pytorch``, ``keras:jax``: the framework, with its backend where it has several."""
        return f"{self.framework}:{self.backend}" if self.backend else self.framework


class Measurements(Model):
    """All that was measured and may count, and the probes that could still be run.

    ``deployment_cost_s``: seconds that a run of the deployment suite takes; None: nobody can run it
    from here. ``hosts``: whose runs these are, and what kind of machine each is.
    """

    probes: tuple[MeasuredProbe, ...] = ()
    paths: tuple[MeasuredPath, ...] = ()
    catalogue: tuple[ProbeFacts, ...] = ()
    deployment_cost_s: float | None = None
    hosts: dict[str, str] = Field(default_factory=dict)

    def of_host(self, host: str) -> Measurements:
        """What was measured on one host alone."""
        return self.model_copy(
            update={
                "probes": tuple(probe for probe in self.probes if probe.host == host),
                "paths": tuple(path for path in self.paths if path.host == host),
                "hosts": {name: kind for name, kind in self.hosts.items() if name == host},
            }
        )

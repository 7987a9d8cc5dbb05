"""Measurements as the decision core sees them: plain values, free of how they were taken."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from framework_advisor.recommendation import Contender, PairVerdict
from framework_knowledge.models import CriterionId, Family


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


class Measurements(Model):
    """All that was measured and may count, and the probes that could still be run."""

    probes: tuple[MeasuredProbe, ...] = ()
    catalogue: tuple[ProbeFacts, ...] = ()

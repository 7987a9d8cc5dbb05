"""Two probe runs beside each other, as HTTP and ``--json`` give them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from framework_advisor.api.schemas import Document
from framework_advisor.runs.records import Run, RunResults
from framework_probes import across_runs
from framework_probes.across_runs import Compared, Difference, NotCompared, Side, Whole
from framework_probes.statistics import BAND, BUSY_RUN_SD, CALM_RUN_SD

#: How the intervals were made, for whoever reads nothing else.
METHOD = (
    "The two runs were not taken in turns, so nothing cancels: the interval joins those of both "
    f"times and what differs from run to run, a standard deviation of {CALM_RUN_SD:.0%} where the "
    f"host was calm and of {BUSY_RUN_SD:.0%} where it was busy. faster and slower only where the "
    f"whole of it lies beyond {BAND - 1:.0%}."
)


class RunComparison(Document):
    """Probe by probe and contender by contender: run against other."""

    schema_: Literal["run-comparison/1"] = Field(default="run-comparison/1", alias="schema")
    run: str
    other: str
    compared: tuple[Compared, ...] = Field(
        description="ratio: time in other over time in run; 2: it is twice as fast in run"
    )
    not_compared: tuple[NotCompared, ...]
    differences: tuple[Difference, ...] = Field(
        description="what hosts and environments have not in common: here in run, there in other"
    )
    whole: Whole | None = Field(description="over all that was compared; null: fewer than 6")
    method: str = METHOD

    @classmethod
    def of(cls, run: Run, measured: RunResults, other: Run, others: RunResults) -> Self:
        """The document of two runs and what they measured."""
        found = across_runs.compare(_side(run, measured), _side(other, others))
        return cls(
            run=run.id,
            other=other.id,
            compared=found.compared,
            not_compared=found.not_compared,
            differences=found.differences,
            whole=found.whole,
        )


def _side(run: Run, measured: RunResults) -> Side:
    return Side(run.id, measured.host, run.peaks, measured.environments, measured.results)

"""Everything about a profile that needs no draw: what is out, the weights, the mean values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framework_advisor.decision.acceptability import Scored, best_stacks, score
from framework_advisor.decision.answers import answered
from framework_advisor.decision.deployed_paths import DeployedPaths
from framework_advisor.decision.measured_values import MeasuredValues
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.priors import DecisionFacet
from framework_advisor.decision.requirements import Failure, failures, stacks_of
from framework_advisor.decision.values import Values
from framework_advisor.decision.weights import WEIGHTING, Weighting, Weights, weigh
from framework_advisor.profile import Profile
from framework_knowledge.models import FrameworkId, Snapshot


@dataclass(frozen=True, slots=True)
class Assessment:
    """A profile judged on means.

    ``everyone`` holds every stack of the knowledge, ``feasible`` those that break no requirement,
    ``best`` the best feasible stack of each framework, best framework first.
    """

    profile: Profile
    snapshot: Snapshot
    measurements: Measurements
    measured: MeasuredValues
    paths: DeployedPaths
    weights: Weights
    values: Values
    broken: tuple[Failure, ...]
    everyone: tuple[Scored, ...]
    feasible: tuple[Scored, ...]
    best: tuple[Scored, ...]

    @property
    def pick(self) -> FrameworkId | None:
        """The framework whose best stack has the highest mean; None where none is feasible."""
        return self.best[0].stack.framework if self.best else None


def assess(
    profile: Profile,
    snapshot: Snapshot,
    measurements: Measurements,
    weighting: Weighting = WEIGHTING,
) -> Assessment:
    """Judge a profile on means. The same inputs give the same answer, whatever the seed."""
    return _judged(profile, snapshot, measurements, weighting, None)


def assess_answer(before: Assessment, facet: DecisionFacet, value: str) -> Assessment:
    """Judge a profile as it would be if an open question had that answer.

    The same as ``assess`` of that profile, but quicker, since most stays as it was.
    """
    profile = answered(before.profile, facet, value)
    weighting = before.weights.weighting
    return _judged(profile, before.snapshot, before.measurements, weighting, (before, facet))


def _judged(
    profile: Profile,
    snapshot: Snapshot,
    measurements: Measurements,
    weighting: Weighting,
    before: tuple[Assessment, DecisionFacet] | None,
) -> Assessment:
    broken = failures(profile, snapshot)
    weights = weigh(profile, before[0].weights if before else None, weighting)
    measured = MeasuredValues(profile, measurements, snapshot)
    paths = DeployedPaths(profile, measurements, snapshot)
    earlier_values = (before[0].values, before[1]) if before else None
    values = Values(profile, snapshot, measured, paths, earlier_values)
    earlier = {item.stack: item for item in before[0].everyone} if before else {}
    everyone = tuple(
        score(values, weights, stack, earlier.get(stack)) for stack in stacks_of(snapshot)
    )
    feasible = meeting(everyone, broken)
    return Assessment(
        profile=profile,
        snapshot=snapshot,
        measurements=measurements,
        measured=measured,
        paths=paths,
        weights=weights,
        values=values,
        broken=broken,
        everyone=everyone,
        feasible=feasible,
        best=best_stacks(feasible),
    )


def meeting(everyone: Sequence[Scored], broken: Sequence[Failure]) -> tuple[Scored, ...]:
    """Those that break no requirement."""
    out = {failure.stack for failure in broken}
    return tuple(item for item in everyone if item.stack not in out)

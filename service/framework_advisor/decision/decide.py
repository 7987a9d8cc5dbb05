"""The decision, step by step: requirements, weights, values, acceptability, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.acceptability import (
    Acceptability,
    Scored,
    acceptability,
    dominated_by,
)
from framework_advisor.decision.across_hosts import across_hosts
from framework_advisor.decision.assessment import Assessment, assess
from framework_advisor.decision.circumstances import inferences, unused_fields
from framework_advisor.decision.cited import cited_evidence
from framework_advisor.decision.execution import subject_of
from framework_advisor.decision.flips import fact_flips, requirement_flips, weight_flips
from framework_advisor.decision.measured_values import MeasuredValues
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.next_evidence import next_evidence
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.requirements import (
    Stack,
    exclusions,
    not_known_yet,
    unknowns,
)
from framework_advisor.decision.simulation import Simulation, simulate
from framework_advisor.decision.stacks import build_stack, gaps
from framework_advisor.decision.switching import switching
from framework_advisor.decision.verdict import infeasible, verdict
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.profile import Profile
from framework_advisor.recommendation import (
    Contribution,
    Decision,
    Engine,
    Flip,
    Interval,
    KnowledgeUsed,
    NextEvidence,
    Ranked,
    StackValue,
    Switching,
    Unknown,
    Verdict,
    WeightRule,
)
from framework_knowledge.models import Snapshot

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What depends on somebody being feasible."""

    verdict: Verdict
    draws: int = 0
    ranking: tuple[Ranked, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    flips: tuple[Flip, ...] = ()
    next_evidence: tuple[NextEvidence, ...] = ()
    switching: tuple[Switching, ...] = ()


def decide(
    profile: Profile,
    snapshot: Snapshot,
    measurements: Measurements,
    *,
    engine_version: str,
    draws: int | None = None,
) -> Decision:
    """Decide for a profile. The same inputs give the same answer, bit by bit.

    ``draws`` asks for a number of draws; by default they stop where p_best is known well enough.
    """
    noise = Noise(profile.seed or 0)
    assessment = assess(profile, snapshot, measurements)
    answer = _answer(assessment, noise, draws)
    decision = Decision(
        profile=profile,
        inferred=inferences(profile),
        weight_rules=tuple(
            WeightRule(rule=r.id, reason=r.reason, factors=dict(r.factors(profile)))
            for r in assessment.weights.rules
        ),
        knowledge=KnowledgeUsed(
            version=snapshot.version,
            sha256=snapshot.sha256,
            as_of=snapshot.as_of,
            overlays=snapshot.overlays,
        ),
        engine=Engine(version=engine_version, seed=noise.seed, draws=answer.draws),
        verdict=answer.verdict,
        ranking=answer.ranking,
        excluded=(
            *not_known_yet(profile, snapshot),
            *exclusions(snapshot, assessment.broken),
        ),
        unknown=answer.unknown,
        measurements=assessment.measured.rows,
        paths=assessment.paths.rows(profile, [item.stack for item in assessment.best]),
        flips=answer.flips,
        next_evidence=answer.next_evidence,
        switching=answer.switching,
        evidence={},
        across_hosts=across_hosts(profile, snapshot, measurements),
    )
    return decision.model_copy(
        update={"evidence": cited_evidence(decision, snapshot, measurements)}
    )


def _answer(assessment: Assessment, noise: Noise, draws: int | None) -> _Answer:
    profile, snapshot, best = assessment.profile, assessment.snapshot, assessment.best
    requirements = requirement_flips(assessment)
    if not best:
        return _Answer(verdict=infeasible(), flips=requirements)
    simulation = simulate(
        noise, assessment.weights, assessment.values, assessment.feasible, best, draws
    )
    accepted = acceptability(simulation.totals, simulation.won_weights)
    ranking = _ranking(assessment, simulation, accepted)
    pick = best[0].stack
    stack = build_stack(profile, snapshot, pick, assessment.paths)
    return _Answer(
        draws=simulation.draws,
        verdict=verdict(ranking, accepted, stack),
        ranking=ranking,
        unknown=(
            *unknowns(profile, snapshot, [s.stack for s in best]),
            *_unmeasured(assessment.measurements, assessment.measured),
            *gaps(stack, pick),
            *unused_fields(profile),
        ),
        flips=(
            *weight_flips(assessment),
            *fact_flips(assessment),
            *requirements,
        ),
        next_evidence=next_evidence(assessment, simulation),
        switching=switching(profile, pick, snapshot),
    )


def _unmeasured(measurements: Measurements, measured: MeasuredValues) -> tuple[Unknown, ...]:
    """What was not measured or came to nothing: said rather than passed over."""
    failed = tuple(
        Unknown(
            requirement="measured speed",
            framework=time.contender.framework,
            stack=subject_of(time.contender),
            why=f"{probe.probe.title}, {time.contender.tier}: {time.outcome}"
            + (f", {time.reason}" if time.reason else ""),
            resolve_by="probe",
        )
        for probe, time in measured.failed()
    )
    if failed or any(row.applied for row in measured.rows):
        return failed
    if not measurements.probes:
        why = "no probe run of this host is known; the speeds rest on documents alone"
        return (Unknown(requirement="measured speed", why=why, resolve_by="probe"),)
    why = "nothing measured on this host applies to the profile; measurements say why not"
    return (Unknown(requirement="measured speed", why=why, resolve_by="ask"),)


def _ranking(
    assessment: Assessment, simulation: Simulation, accepted: Acceptability
) -> tuple[Ranked, ...]:
    intervals = _intervals(assessment, simulation)
    return tuple(
        _ranked(assessment, accepted, intervals, index) for index in range(len(assessment.best))
    )


def _intervals(assessment: Assessment, simulation: Simulation) -> dict[Stack, Interval]:
    """Of the best stacks from all draws, of the others from the first of them."""
    best = assessment.best
    others = [item for item in assessment.feasible if item not in best]
    rows = simulation.rows_of(item.stack for item in others)
    found = zip(
        (*best, *others),
        (*_ends(simulation.totals), *_ends(simulation.first_totals[rows])),
        strict=True,
    )
    return {item.stack: Interval(mean=item.mean, p05=low, p95=high) for item, (low, high) in found}


def _ends(totals: Array) -> list[list[float]]:
    """The 5th and the 95th percentile of each row."""
    ends: list[list[float]] = np.quantile(totals, [0.05, 0.95], axis=1).T.tolist()
    return ends


def _ranked(
    assessment: Assessment,
    accepted: Acceptability,
    intervals: Mapping[Stack, Interval],
    index: int,
) -> Ranked:
    item = assessment.best[index]
    stack = item.stack
    others = [
        s for s in assessment.feasible if s.stack.framework == stack.framework and s is not item
    ]
    central = accepted.central_weights(index)
    return Ranked(
        framework=stack.framework,
        stack=stack.subject,
        value=intervals[stack],
        feasibility=item.met,
        rank_acceptability=tuple(accepted.ranks[index].tolist()),
        central_weights=dict(central) if central else None,
        dominated_by=tuple(s.stack.framework for s in dominated_by(item, assessment.best)),
        contributions=_contributions(assessment, item),
        alternatives=tuple(
            StackValue(stack=s.stack.subject, value=intervals[s.stack])
            for s in sorted(others, key=lambda s: -s.mean)
        ),
    )


def _contributions(assessment: Assessment, item: Scored) -> tuple[Contribution, ...]:
    weights, values = assessment.weights.mean.tolist(), item.mean_by_criterion.tolist()
    found = []
    for criterion, weight, value in zip(CRITERIA, weights, values, strict=True):
        basis, evidence = assessment.values.basis(item.stack, criterion)
        found.append(
            Contribution(
                criterion=criterion, weight=weight, value=value, basis=basis, evidence=evidence
            )
        )
    return tuple(found)

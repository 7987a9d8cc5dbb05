"""The decision, step by step: requirements, weights, values, acceptability, what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framework_advisor.decision.acceptability import (
    Acceptability,
    Scored,
    acceptability,
    best_stacks,
    dominated_by,
    score,
)
from framework_advisor.decision.circumstances import inferences, unused_fields
from framework_advisor.decision.cited import cited_evidence
from framework_advisor.decision.execution import subject_of
from framework_advisor.decision.flips import fact_flips, requirement_flips, weight_flips
from framework_advisor.decision.measured_values import MeasuredValues
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.next_evidence import next_evidence
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.requirements import (
    Failure,
    exclusions,
    failures,
    not_known_yet,
    stacks_of,
    unknowns,
)
from framework_advisor.decision.stacks import build_stack
from framework_advisor.decision.switching import switching
from framework_advisor.decision.values import Values
from framework_advisor.decision.verdict import infeasible, verdict
from framework_advisor.decision.weights import CRITERIA, Weights, draw_weights
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

#: Enough for a standard error of p_best of at most 0.005: sqrt(0.25 / 10000).
DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class _Answer:
    """What depends on somebody being feasible."""

    verdict: Verdict
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
    draws: int = DRAWS,
) -> Decision:
    """Decide for a profile. The same inputs give the same answer, bit by bit."""
    noise = Noise(profile.seed or 0, draws)
    broken = failures(profile, snapshot)
    weights = draw_weights(profile, noise)
    measured = MeasuredValues(profile, measurements, snapshot, noise)
    values = Values(profile, snapshot, measured, noise)
    everyone = tuple(score(values, weights, stack) for stack in stacks_of(snapshot))
    answer = _answer(profile, snapshot, measurements, measured, weights, values, everyone, broken)
    decision = Decision(
        profile=profile,
        inferred=inferences(profile),
        weight_rules=tuple(
            WeightRule(rule=r.id, reason=r.reason, factors=dict(r.factors)) for r in weights.rules
        ),
        knowledge=KnowledgeUsed(
            version=snapshot.version,
            sha256=snapshot.sha256,
            as_of=snapshot.as_of,
            overlays=snapshot.overlays,
        ),
        engine=Engine(version=engine_version, seed=noise.seed, draws=noise.draws),
        verdict=answer.verdict,
        ranking=answer.ranking,
        excluded=(*not_known_yet(profile, snapshot), *exclusions(snapshot, broken)),
        unknown=answer.unknown,
        measurements=measured.rows,
        flips=answer.flips,
        next_evidence=answer.next_evidence,
        switching=answer.switching,
        evidence={},
    )
    return decision.model_copy(
        update={"evidence": cited_evidence(decision, snapshot, measurements)}
    )


def _answer(
    profile: Profile,
    snapshot: Snapshot,
    measurements: Measurements,
    measured: MeasuredValues,
    weights: Weights,
    values: Values,
    everyone: Sequence[Scored],
    broken: Sequence[Failure],
) -> _Answer:
    out = {failure.stack for failure in broken}
    feasible = [s for s in everyone if s.stack not in out]
    best = best_stacks(feasible)
    requirements = requirement_flips(
        profile, snapshot, broken, everyone, [s.stack for s in feasible]
    )
    if not best:
        return _Answer(verdict=infeasible(), flips=requirements)
    accepted = acceptability(best, weights)
    ranking = tuple(_ranked(values, weights, best, feasible, accepted, i) for i in range(len(best)))
    applied = tuple(sorted({row.probe for row in measured.rows if row.applied}))
    pick = best[0].stack
    return _Answer(
        verdict=verdict(ranking, accepted, build_stack(profile, snapshot, pick)),
        ranking=ranking,
        unknown=(
            *unknowns(profile, snapshot, [s.stack for s in best]),
            *_unmeasured(measurements, measured),
            *unused_fields(profile),
        ),
        flips=(
            *weight_flips(best, weights),
            *fact_flips(values, weights, feasible, snapshot, profile),
            *requirements,
        ),
        next_evidence=next_evidence(profile, values, best, accepted, measurements, applied),
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


def _ranked(
    values: Values,
    weights: Weights,
    best: Sequence[Scored],
    feasible: Sequence[Scored],
    accepted: Acceptability,
    index: int,
) -> Ranked:
    item = best[index]
    contributions = []
    for i, criterion in enumerate(CRITERIA):
        basis, evidence = values.basis(item.stack, criterion)
        contributions.append(
            Contribution(
                criterion=criterion,
                weight=float(weights.mean[i]),
                value=float(item.mean_by_criterion[i]),
                basis=basis,
                evidence=evidence,
            )
        )
    others = [s for s in feasible if s.stack.framework == item.stack.framework and s is not item]
    central = accepted.central_weights(index)
    return Ranked(
        framework=item.stack.framework,
        stack=item.stack.subject,
        value=_interval(item),
        rank_acceptability=tuple(float(p) for p in accepted.ranks[index]),
        central_weights=dict(central) if central else None,
        dominated_by=tuple(s.stack.framework for s in dominated_by(item, best)),
        contributions=tuple(contributions),
        alternatives=tuple(
            StackValue(stack=s.stack.subject, value=_interval(s))
            for s in sorted(others, key=lambda s: -s.mean)
        ),
    )


def _interval(item: Scored) -> Interval:
    p05, p95 = np.quantile(item.total, [0.05, 0.95])
    return Interval(mean=item.mean, p05=float(p05), p95=float(p95))

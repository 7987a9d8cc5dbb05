"""What would change the pick: a weight, a fact, or a requirement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from framework_advisor.decision.acceptability import Scored, best_stacks
from framework_advisor.decision.circumstances import facet_values
from framework_advisor.decision.requirements import (
    Failure,
    Stack,
    active_gates,
    outcome_for,
)
from framework_advisor.decision.values import Support, Values
from framework_advisor.decision.weights import CRITERIA, Weights
from framework_advisor.profile import Profile
from framework_advisor.recommendation import FactFlip, RequirementFlip, WeightFlip
from framework_knowledge.models import FrameworkId, Snapshot

#: No more than this many facts are tried out; the closest first.
FACTS_TRIED = 12
FACTS_NAMED = 5


def weight_flips(best: Sequence[Scored], weights: Weights) -> tuple[WeightFlip, ...]:
    """The nearest weight of each criterion at which the pick ties with another framework.

    Moving weight w_c to t scales the others by (1 - t) / (1 - w_c). With d = v_pick - v_other by
    criterion and D = w . d, the tie D(t) = 0 is at t = r / (r - d_c), where
    r = (D - w_c d_c) / (1 - w_c).
    """
    pick, mean = best[0], weights.mean
    flips: dict[int, tuple[float, FrameworkId]] = {}
    for other in best[1:]:
        difference = pick.mean_by_criterion - other.mean_by_criterion
        lead = float(mean @ difference)
        for i in range(len(CRITERIA)):
            if mean[i] == 1.0:  # all the weight there is: nothing to trade it for
                continue
            rest = (lead - mean[i] * difference[i]) / (1 - mean[i])
            if rest == difference[i]:
                continue
            tie = float(rest / (rest - difference[i]))
            if not 0.0 <= tie <= 1.0:
                continue
            if i not in flips or abs(tie - mean[i]) < abs(flips[i][0] - mean[i]):
                flips[i] = (tie, other.stack.framework)
    nearest = sorted(flips.items(), key=lambda item: abs(item[1][0] - mean[item[0]]))
    return tuple(
        WeightFlip(criterion=CRITERIA[i], from_=float(mean[i]), to=tie, new_pick=framework)
        for i, (tie, framework) in nearest
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A fact moved to another anchor, and how far that is from enough (linear estimate)."""

    support: Support
    to: str
    moved: float
    surplus: float


def fact_flips(
    values: Values, weights: Weights, best: Sequence[Scored], snapshot: Snapshot, profile: Profile
) -> tuple[FactFlip, ...]:
    """Facts that would change the pick if another anchor held, each tried out, smallest step first.

    A fact is first judged by its share in the value it supports; what promises a flip is then
    decided again with the fact replaced, over all feasible frameworks' best stacks.
    """
    if len(best) == 1:
        return ()
    candidates = sorted(
        _candidates(values, weights, best, snapshot, profile), key=lambda c: (c.moved, -c.surplus)
    )
    found: list[FactFlip] = []
    seen: set[tuple[str, str]] = set()
    for candidate in candidates[:FACTS_TRIED]:
        fact = candidate.support
        key = (fact.evidence, fact.subject)
        if key in seen or len(found) == FACTS_NAMED:
            continue
        new_pick = _pick_with(values, weights, best, candidate)
        if new_pick != best[0].stack.framework:
            seen.add(key)
            found.append(
                FactFlip(
                    evidence=fact.evidence,
                    framework=fact.subject,
                    from_=fact.anchor,
                    to=candidate.to,
                    new_pick=new_pick,
                )
            )
    return tuple(found)


def _candidates(
    values: Values, weights: Weights, best: Sequence[Scored], snapshot: Snapshot, profile: Profile
) -> Iterator[_Candidate]:
    scales = {c.id: c.scale for c in snapshot.criteria}
    pick = best[0]
    for item in best:
        gap = (pick.mean - item.mean) if item is not pick else (pick.mean - best[1].mean)
        for i, criterion in enumerate(CRITERIA):
            if criterion not in scales:
                continue
            shares = facet_values(profile, values.facet(criterion)).shares
            for value, share in shares.items():
                supports = values.supports(item.stack, criterion, value)
                for support in supports:
                    for anchor in scales[criterion]:
                        step = anchor.value - support.value
                        gain = -step if item is pick else step
                        effect = float(weights.mean[i]) * share * gain / len(supports)
                        # Weights within a value differ; half of what is needed is worth a try.
                        if effect > gap / 2:
                            yield _Candidate(support, anchor.name, abs(step), effect - gap)


def _pick_with(
    values: Values, weights: Weights, best: Sequence[Scored], candidate: _Candidate
) -> FrameworkId:
    replaced = {(candidate.support.evidence, candidate.support.subject): candidate.to}

    def mean(item: Scored) -> float:
        means = [float(values.draws(item.stack, c, replaced).mean()) for c in CRITERIA]
        return float(weights.mean @ np.array(means))

    winner = max(best, key=lambda item: (mean(item), item is best[0]))
    return winner.stack.framework


def requirement_flips(
    profile: Profile,
    snapshot: Snapshot,
    broken: Iterable[Failure],
    everyone: Sequence[Scored],
    feasible: Sequence[Stack],
) -> tuple[RequirementFlip, ...]:
    """Requirements that change the pick when dropped, and gates that would when added."""
    by_stack: dict[Stack, set[str]] = {}
    for failure in broken:
        by_stack.setdefault(failure.stack, set()).add(failure.requirement)
    pick = _pick([s for s in everyone if s.stack in feasible])
    flips = []
    for requirement in sorted({r for found in by_stack.values() for r in found}):
        free = [s for s in everyone if by_stack.get(s.stack, set()) <= {requirement}]
        new_pick = _pick(free)
        if new_pick is not None and new_pick != pick:
            flips.append(RequirementFlip(change="drop", requirement=requirement, new_pick=new_pick))
    active = {gate.id for gate in active_gates(profile, snapshot)}
    for gate in snapshot.gates:
        if gate.id in active:
            continue
        left = [
            s for s in everyone if s.stack in feasible and outcome_for(gate, s.stack)[1] != "fail"
        ]
        new_pick = _pick(left)
        if new_pick is not None and new_pick != pick:
            flips.append(
                RequirementFlip(change="add", requirement=gate.requirement, new_pick=new_pick)
            )
    return tuple(flips)


def _pick(scored: Sequence[Scored]) -> FrameworkId | None:
    ordered = best_stacks(scored)
    return ordered[0].stack.framework if ordered else None

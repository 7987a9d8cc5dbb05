"""What would change the pick: a weight, a fact, or a requirement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

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
from framework_knowledge.models import FrameworkId, Snapshot, Subject

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
    """A fact moved to another anchor: how far, and whether a linear estimate calls it enough."""

    evidence: str
    subject: Subject
    column: int
    from_: str
    to: str
    moved: float
    surplus: float


def fact_flips(
    values: Values,
    weights: Weights,
    feasible: Sequence[Scored],
    snapshot: Snapshot,
    profile: Profile,
) -> tuple[FactFlip, ...]:
    """Facts that would change the pick if another anchor held, each tried out, smallest step first.

    A fact is first judged by its share in the values it supports; what promises a flip is then
    decided again with the fact replaced, over every feasible stack.
    """
    best = best_stacks(feasible)
    if len(best) < 2:
        return ()
    promising = sorted(
        _candidates(values, weights, best, snapshot, profile), key=lambda c: (c.moved, -c.surplus)
    )
    found: dict[tuple[str, str], FactFlip] = {}
    for candidate in promising[:FACTS_TRIED]:
        key = (candidate.evidence, candidate.subject)
        if key in found or len(found) == FACTS_NAMED:
            continue
        new_pick = _pick_with(values, weights, feasible, candidate)
        if new_pick is not None and new_pick != best[0].stack.framework:
            found[key] = FactFlip(
                evidence=candidate.evidence,
                framework=candidate.subject,
                from_=candidate.from_,
                to=candidate.to,
                new_pick=new_pick,
            )
    return tuple(found.values())


def _candidates(
    values: Values, weights: Weights, best: Sequence[Scored], snapshot: Snapshot, profile: Profile
) -> Iterator[_Candidate]:
    """Facts and anchors whose whole effect, over all values of the facet, may be enough."""
    scales = {c.id: c.scale for c in snapshot.criteria}
    pick = best[0]
    for item in best:
        gap = pick.mean - (best[1] if item is pick else item).mean
        for i, criterion in enumerate(CRITERIA):
            shares = facet_values(profile, values.facet(criterion)).shares
            leverage: dict[Support, float] = {}
            for value, share in shares.items():
                supports = values.supports(item.stack, criterion, value)
                for support in supports:
                    pull = float(weights.mean[i]) * share / len(supports)
                    leverage[support] = leverage.get(support, 0.0) + pull
            for support, pull in leverage.items():
                for anchor in scales[criterion]:
                    step = anchor.value - support.value
                    effect = pull * (-step if item is pick else step)
                    # Weights within a value differ; half of what is needed is worth a try.
                    if effect > gap / 2:
                        yield _Candidate(
                            evidence=support.evidence,
                            subject=support.subject,
                            column=i,
                            from_=support.anchor,
                            to=anchor.name,
                            moved=abs(step),
                            surplus=effect - gap,
                        )


def _pick_with(
    values: Values, weights: Weights, feasible: Sequence[Scored], candidate: _Candidate
) -> FrameworkId | None:
    replaced = {(candidate.evidence, candidate.subject): candidate.to}

    def decided_again(item: Scored) -> Scored:
        means = item.mean_by_criterion.copy()
        changed = values.draws(item.stack, CRITERIA[candidate.column], replaced)
        means[candidate.column] = changed.mean()
        return replace(item, mean_by_criterion=means, mean=float(weights.mean @ means))

    return _pick([decided_again(item) for item in feasible])


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

"""What would change the pick: a weight, a fact, or a requirement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from framework_advisor.decision.acceptability import Scored, best_stacks, valued
from framework_advisor.decision.assessment import Assessment, assess
from framework_advisor.decision.requirements import active_gates, doubts, outcome_for
from framework_advisor.decision.statement_index import Support
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.profile import Profile
from framework_advisor.recommendation import FactFlip, RequirementFlip, WeightFlip
from framework_knowledge.models import Anchor, FrameworkId, Gate, Subject

#: No more than this many facts are tried out; the closest first.
FACTS_TRIED = 12
FACTS_NAMED = 5
#: Values and slopes this close are equal.
TIE = 1e-9


def weight_flips(assessment: Assessment) -> tuple[WeightFlip, ...]:
    """The nearest weight of each criterion at which the pick ties with another framework.

    Moving weight w_c to t scales the others by (1 - t) / (1 - w_c), so that the value of a stack is
    the line r + t (v_c - r), where v_c is what criterion c is worth and
    r = (mean - w_c v_c) / (1 - w_c). A framework's value is that of its best stack at t, and the
    pick changes at the first t, on either side, at which a line of another framework crosses the
    highest of the pick's own.
    """
    found = []
    for place, weight in enumerate(assessment.weights.mean.tolist()):
        flip = _weight_flip(assessment, place, weight) if weight < 1.0 else None
        if flip is not None:
            found.append(flip)
    return tuple(sorted(found, key=lambda flip: abs(flip.to - flip.from_)))


def _weight_flip(assessment: Assessment, place: int, weight: float) -> WeightFlip | None:
    lines: list[tuple[FrameworkId, float, float]] = []
    for item in assessment.feasible:
        worth = float(item.worth[place])
        rest = (item.mean - weight * worth) / (1 - weight)
        lines.append((item.stack.framework, rest, worth - rest))
    own = [line for line in lines if line[0] == assessment.pick]
    others = [line for line in lines if line[0] != assessment.pick]
    ties = sorted(
        {
            (tie, framework)
            for _, start, slope in own
            for framework, other_start, other_slope in others
            if abs(slope - other_slope) > TIE
            and TIE < (tie := (other_start - start) / (slope - other_slope)) < 1.0 - TIE
        },
        key=lambda each: (abs(each[0] - weight), each[1]),
    )
    for tie, framework in ties:
        best = max(start + tie * slope for _, start, slope in own)
        second = max(start + tie * slope for name, start, slope in others if name == framework)
        highest = max(start + tie * slope for _, start, slope in others)
        if abs(best - second) <= TIE and highest <= best + TIE:
            return WeightFlip(criterion=CRITERIA[place], from_=weight, to=tie, new_pick=framework)
    return None


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


def fact_flips(assessment: Assessment) -> tuple[FactFlip, ...]:
    """Facts that would change the pick if another anchor held, each tried out, smallest step first.

    A fact is first judged by its share in the values it supports; what promises a flip is then
    decided again with the fact replaced, over every feasible stack. Means alone decide, so that a
    flip holds for every seed and any number of draws.
    """
    if len(assessment.best) < 2:
        return ()
    promising = sorted(_candidates(assessment), key=lambda c: (c.moved, -c.surplus))
    found: dict[tuple[str, str], FactFlip] = {}
    for candidate in promising[:FACTS_TRIED]:
        key = (candidate.evidence, candidate.subject)
        if key in found or len(found) == FACTS_NAMED:
            continue
        new_pick = _pick_with(assessment, candidate)
        if new_pick is not None and new_pick != assessment.pick:
            found[key] = FactFlip(
                evidence=candidate.evidence,
                framework=candidate.subject,
                from_=candidate.from_,
                to=candidate.to,
                new_pick=new_pick,
            )
    return tuple(found.values())


def _candidates(assessment: Assessment) -> Iterator[_Candidate]:
    """Facts and anchors whose whole effect, over all values of the facet, may be enough."""
    scales = {c.id: c.scale for c in assessment.snapshot.criteria}
    pick, weights = assessment.best[0], assessment.weights.mean.tolist()
    for item in assessment.best:
        gap = pick.mean - (assessment.best[1] if item is pick else item).mean
        sign = -1.0 if item is pick else 1.0
        for column, criterion in enumerate(CRITERIA):
            for support, share in assessment.values.shares(item.stack, criterion).items():
                pull = sign * weights[column] * share * item.met
                if abs(pull) <= gap / 2:
                    continue  # not even from one end of the scale to the other
                for anchor in scales[criterion]:
                    step = anchor.value - support.value
                    # Clipping bends the straight line; half of what is needed is worth a try.
                    if pull * step > gap / 2:
                        yield _candidate(support, column, anchor, pull * step - gap)


def _candidate(support: Support, column: int, anchor: Anchor, surplus: float) -> _Candidate:
    return _Candidate(
        evidence=support.evidence,
        subject=support.subject,
        column=column,
        from_=support.anchor,
        to=anchor.name,
        moved=abs(anchor.value - support.value),
        surplus=surplus,
    )


def _pick_with(assessment: Assessment, candidate: _Candidate) -> FrameworkId | None:
    """The pick if that fact were different."""
    replaced = {(candidate.evidence, candidate.subject): candidate.to}
    column = candidate.column

    def decided_again(item: Scored) -> Scored:
        if candidate.subject not in item.stack.looked_up_as():
            return item
        means = item.mean_by_criterion.copy()
        means[column] = assessment.values.belief(item.stack, CRITERIA[column], replaced).mean
        return valued(replace(item, mean_by_criterion=means), assessment.weights)

    return _pick([decided_again(item) for item in assessment.feasible])


def requirement_flips(assessment: Assessment) -> tuple[RequirementFlip, ...]:
    """Requirements that change the pick when dropped, and gates that would when added."""
    profile, snapshot = assessment.profile, assessment.snapshot
    flips = []
    stated = {failure.requirement for failure in assessment.broken}
    stated |= {doubt.requirement for item in assessment.everyone for doubt in item.doubts}
    for requirement in sorted(stated):
        new_pick = _pick_without(assessment, requirement)
        if new_pick is not None and new_pick != assessment.pick:
            flips.append(RequirementFlip(change="drop", requirement=requirement, new_pick=new_pick))
    active = {gate.id for gate in active_gates(profile, snapshot)}
    for gate in snapshot.gates:
        if gate.id in active:
            continue
        new_pick = _pick_behind(assessment, gate)
        if new_pick is not None and new_pick != assessment.pick:
            flips.append(
                RequirementFlip(
                    change="add", requirement=gate.requirement, gate=gate.id, new_pick=new_pick
                )
            )
    return tuple(flips)


def _pick_behind(assessment: Assessment, gate: Gate) -> FrameworkId | None:
    """The pick if that gate had to be passed as well."""
    left = []
    for item in assessment.feasible:
        outcome = outcome_for(gate, item.stack)[1]
        if outcome == "pass":
            left.append(item)
        elif outcome == "unknown":
            more = (*item.doubts, *doubts((gate,), item.stack))
            left.append(valued(replace(item, doubts=more), assessment.weights))
    return _pick(left)


def _pick_without(assessment: Assessment, requirement: str) -> FrameworkId | None:
    """The pick if that requirement were dropped and all others stayed."""
    if requirement == "team.leaving":
        # Staying with a framework says something of the team as well: all is judged anew.
        staying = _staying(assessment.profile)
        return assess(staying, assessment.snapshot, assessment.measurements).pick
    out = {f.stack for f in assessment.broken if f.requirement != requirement}
    return _pick(
        [
            valued(
                replace(item, doubts=tuple(d for d in item.doubts if d.requirement != requirement)),
                assessment.weights,
            )
            for item in assessment.everyone
            if item.stack not in out
        ]
    )


def _staying(profile: Profile) -> Profile:
    team = profile.team
    return profile.model_copy(
        update={"team": team.model_copy(update={"leaving": None}) if team else None}
    )


def _pick(scored: Sequence[Scored]) -> FrameworkId | None:
    ordered = best_stacks(scored)
    return ordered[0].stack.framework if ordered else None

"""What would settle it soonest: the expected value of one more probe or one more answer.

The gain is in probability: how much likelier the pick that is then best would be the best, on
average over what the probe or the answer may turn out to say (expected value of sample
information; Raiffa and Schlaifer, Applied Statistical Decision Theory, 1961). Whoever is told the
answer decides again by mean values, with the weights, facts and requirements that then hold, so the
gain of a question is found by deciding again for each of its answers, on the same noise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.acceptability import winners
from framework_advisor.decision.assessment import Assessment, assess_answer
from framework_advisor.decision.measured_values import (
    LEAST_RESEMBLANCE,
    device_for,
    resemblance,
    wrong_work,
)
from framework_advisor.decision.measurements import ProbeFacts
from framework_advisor.decision.priors import PRIORS, DecisionFacet
from framework_advisor.decision.probe_gain import deployment_gain, probe_gain
from framework_advisor.decision.simulation import Simulation
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.recommendation import NextEvidence

Array = npt.NDArray[np.float64]

NAMED = 6
#: The suite that tries exports.
DEPLOYMENT = "deployment"
#: Gains below the Monte Carlo error of a gain are noise.
LEAST_GAIN = 0.002


def next_evidence(assessment: Assessment, simulation: Simulation) -> tuple[NextEvidence, ...]:
    """Probes that were not run and questions that were not answered, best first."""
    if len(assessment.best) < 2:
        return ()

    def by_gain(item: NextEvidence) -> float:
        return -item.expected_gain

    questions = _questions(assessment, simulation)
    probes = sorted(_probes(assessment, simulation), key=by_gain)
    # The best probe is named even where it would gain next to nothing: that, too, is an answer.
    useful = sorted(
        (i for i in (*questions, *probes[1:]) if i.expected_gain >= LEAST_GAIN), key=by_gain
    )
    named = [*_exports(assessment, simulation), *probes[:1]]
    return tuple(sorted([*useful[: NAMED - len(named)], *named], key=by_gain))


def _questions(assessment: Assessment, simulation: Simulation) -> list[NextEvidence]:
    found = []
    today = simulation.totals[:, : simulation.first.draws.size]
    for facet in PRIORS:
        values = assessment.values.facet_values(facet)
        if values.drawn:
            gain = _after_answer(assessment, simulation, facet) - _share_won(today)
            found.append(
                NextEvidence(
                    field=PRIORS[facet][0],
                    expected_gain=max(0.0, gain),
                    cost_s=None,
                    why="the profile leaves it open, and the answer differs with it",
                )
            )
    return found


def _after_answer(assessment: Assessment, simulation: Simulation, facet: DecisionFacet) -> float:
    """Mean p_best over the answers, each with its prior share; 0 where nothing is left to pick."""
    mean = 0.0
    for value, share in assessment.values.facet_values(facet).shares.items():
        then = assess_answer(assessment, facet, value)
        if len(then.best) < 2:
            mean += share * len(then.best)
        else:
            mean += share * _share_won(_rivals(assessment, then, simulation))
    return mean


def _rivals(today: Assessment, then: Assessment, simulation: Simulation) -> Array:
    """What the best stacks after an answer come to in the first draws, shape (best, draws).

    In each draw up to a factor that all of them share, so that who is the best can be told.
    """
    stacks = [item.stack for item in then.best]
    window = simulation.first
    lifted = then.weights.ranking and then.weights is not today.weights
    if lifted or not set(stacks) <= set(simulation.stacks):
        # Ranked criteria are lifted above the others: then no common factor is left.
        return window.totals(then.weights, then.values, stacks)
    changed = {
        place: now / before
        for place, (before, now) in enumerate(
            zip(today.weights.swings, then.weights.swings, strict=True)
        )
        if now != before
    }
    touched = dict(then.values.touched)
    sums = simulation.first_sums[simulation.rows_of(stacks)]
    for place in sorted({*changed, *touched}):
        weight = window.weights(today.weights)[place]
        for total, stack in zip(sums, stacks, strict=True):
            before = today.values.belief(stack, CRITERIA[place])
            now = then.values.belief(stack, CRITERIA[place])
            factor = changed.get(place, 1.0)
            if now is not before or factor != 1.0:
                difference = factor * window.draws.of(now) - window.draws.of(before)
                np.add(total, weight * difference, out=total)
    return window.where_met(then.values, stacks, sums)


def _share_won(totals: Array) -> float:
    """In which share of the draws the first is the best."""
    return float(np.count_nonzero(winners(totals) == 0)) / len(totals[0])


def _probes(assessment: Assessment, simulation: Simulation) -> list[NextEvidence]:
    evidence = assessment.profile.evidence
    if evidence is not None and evidence.as_of is not None:
        return []  # what is measured from now on is not known on that day
    applied = {row.probe for row in assessment.measured.rows if row.applied}
    found = []
    for probe in assessment.measurements.catalogue:
        devices, why = _devices(assessment, probe)
        if probe.id in applied or not devices:
            continue
        found.append(
            NextEvidence(
                probe=probe.id,
                expected_gain=max(
                    probe_gain(assessment, simulation, probe, device) for device in devices
                ),
                cost_s=probe.cost_s,
                why=f"{probe.title}, for {probe.criterion}, {why}",
            )
        )
    return found


def _exports(assessment: Assessment, simulation: Simulation) -> list[NextEvidence]:
    """The deployment suite, where a stack's way to a target was not tried on the host."""
    profile, cost = assessment.profile, assessment.measurements.deployment_cost_s
    evidence = profile.evidence
    if cost is None or (evidence is not None and evidence.as_of is not None):
        return []
    targets = [wish.kind for wish in profile.target_wishes or ()]
    open_ = {
        item.stack: [t for t in targets if assessment.paths.untried(item.stack, t)]
        for item in assessment.best
    }
    untried = [target for target in targets if any(target in each for each in open_.values())]
    if not untried:
        return []
    who = [stack.subject for stack, each in open_.items() if each]
    return [
        NextEvidence(
            probe=DEPLOYMENT,
            suite=DEPLOYMENT,
            expected_gain=deployment_gain(
                assessment, simulation, [stack for stack, each in open_.items() if each]
            ),
            cost_s=cost,
            why=f"whether the exports of {', '.join(who)} to {', '.join(untried)} work was not "
            "tried on this host",
        )
    ]


def _devices(assessment: Assessment, probe: ProbeFacts) -> tuple[tuple[str, ...], str]:
    """Devices on which the probe would count for the profile, and how to say so."""
    profile, criterion = assessment.profile, probe.criterion
    facet = assessment.values.facet(criterion)
    values = assessment.values.facet_values(facet)
    named = {device_for(profile, criterion, value) for value in values.shares}
    devices = tuple(sorted(d for d in named if d))
    if values.drawn:
        # Where the device is open, the probe is named all the same, with what it takes to count.
        alike = resemblance(profile, probe) >= LEAST_RESEMBLANCE
        field = "targets" if facet == "target" else "platform.accelerators"
        return (devices if alike else ()), f"once {field} says on which device"
    fitting = tuple(d for d in devices if wrong_work(profile, probe, d) is None)
    return fitting, f"on {' or '.join(fitting)}"

"""What would settle it soonest: the expected value of one more probe or one more answer.

The gain is in probability: how much likelier the pick that is then best would be the best, on
average over what the probe or the answer may turn out to say (expected value of sample
information; Raiffa and Schlaifer, Applied Statistical Decision Theory, 1961). Whoever is told the
answer decides again by mean values, with the weights, facts and requirements that then hold, so the
gain of a question is found by deciding again for each of its answers, on the same noise.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework_advisor.decision.acceptability import winners
from framework_advisor.decision.assessment import Assessment, assess_answer
from framework_advisor.decision.circumstances import PRIORS, DecisionFacet
from framework_advisor.decision.measured_values import (
    LEAST_RESEMBLANCE,
    device_for,
    resemblance,
    wrong_work,
)
from framework_advisor.decision.measurements import ProbeFacts
from framework_advisor.decision.probe_gain import probe_gain
from framework_advisor.decision.simulation import Simulation, Window
from framework_advisor.recommendation import NextEvidence

NAMED = 6
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
    return tuple(sorted([*useful[: NAMED - 1], *probes[:1]], key=by_gain))


def _questions(assessment: Assessment, simulation: Simulation) -> list[NextEvidence]:
    found = []
    today = _p_best(assessment, simulation.first)
    for facet, (field, _, _) in PRIORS.items():
        values = assessment.values.facet_values(facet)
        if values.drawn:
            gain = _after_answer(assessment, facet, values.shares, simulation.first) - today
            found.append(
                NextEvidence(
                    field=field,
                    expected_gain=max(0.0, gain),
                    cost_s=None,
                    why="the profile leaves it open, and the answer differs with it",
                )
            )
    return found


def _after_answer(
    assessment: Assessment, facet: DecisionFacet, shares: Mapping[str, float], window: Window
) -> float:
    """Mean p_best over the answers, each with its prior share; 0 where nothing is left to pick."""
    mean = 0.0
    for value, share in shares.items():
        mean += share * _p_best(assess_answer(assessment, facet, value), window)
    return mean


def _p_best(assessment: Assessment, window: Window) -> float:
    """Probability that the pick is the best, on some draws."""
    if len(assessment.best) < 2:
        return float(len(assessment.best))
    stacks = [item.stack for item in assessment.best]
    totals = window.totals(assessment.weights, assessment.values, stacks)
    return float(np.count_nonzero(winners(totals) == 0)) / window.draws.size


def _probes(assessment: Assessment, simulation: Simulation) -> list[NextEvidence]:
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

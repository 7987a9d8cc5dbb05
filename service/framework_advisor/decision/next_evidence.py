"""What would settle it soonest: the expected value of one more probe or one more answer.

The gain is in probability: how much likelier the pick that is then best would be the best, on
average over what the probe or the answer may turn out to say (expected value of sample
information; Raiffa and Schlaifer, Applied Statistical Decision Theory, 1961). It is read off the
draws that were taken anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.acceptability import Acceptability, Scored
from framework_advisor.decision.circumstances import PRIORS, DecisionFacet, facet_values
from framework_advisor.decision.measured_values import (
    LEAST_RESEMBLANCE,
    device_for,
    resemblance,
    speed_facet,
    wrong_work,
)
from framework_advisor.decision.measurements import Measurements, ProbeFacts
from framework_advisor.decision.values import Values
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.profile import Profile
from framework_advisor.recommendation import NextEvidence

#: What is measured is sorted into this many equally likely outcomes.
OUTCOMES = 10
NAMED = 6
#: Gains below the Monte Carlo error of p_best are noise.
LEAST_GAIN = 0.002


def next_evidence(
    profile: Profile,
    values: Values,
    best: Sequence[Scored],
    accepted: Acceptability,
    measurements: Measurements,
    applied: Sequence[str],
) -> tuple[NextEvidence, ...]:
    """Probes that were not run and questions that were not answered, best first."""
    if len(best) < 2:
        return ()

    def by_gain(item: NextEvidence) -> float:
        return -item.expected_gain

    questions = _questions(profile, values, accepted)
    probes = sorted(_probes(profile, best, accepted, measurements, frozenset(applied)), key=by_gain)
    # The best probe is named even where it would gain next to nothing: that, too, is an answer.
    useful = sorted(
        (i for i in (*questions, *probes[1:]) if i.expected_gain >= LEAST_GAIN), key=by_gain
    )
    return tuple(sorted([*useful[: NAMED - 1], *probes[:1]], key=by_gain))


def expected_gain(accepted: Acceptability, outcome: npt.NDArray[np.intp]) -> float:
    """Gain in p_best from learning which outcome each draw belongs to.

    The pick after each outcome is chosen on one half of its draws and judged on the other, since a
    maximum over noisy shares promises too much.
    """
    half = np.arange(len(outcome)) % 2 == 0
    after = 0.0
    for value in np.unique(outcome):
        here = outcome == value
        for chosen_on, judged_on in ((here & half, here & ~half), (here & ~half, here & half)):
            if not chosen_on.any() or not judged_on.any():
                continue
            pick = np.bincount(accepted.winner[chosen_on]).argmax()
            after += float((accepted.winner[judged_on] == pick).sum())
    return max(0.0, after / len(outcome) - accepted.p_best)


def _questions(profile: Profile, values: Values, accepted: Acceptability) -> list[NextEvidence]:
    facets: list[DecisionFacet] = [f for f in PRIORS if facet_values(profile, f).drawn]
    return [
        NextEvidence(
            field=PRIORS[facet][0],
            expected_gain=expected_gain(accepted, values.facet_index(facet)),
            cost_s=None,
            why="the profile leaves it open, and the answer differs with it",
        )
        for facet in facets
    ]


def _probes(
    profile: Profile,
    best: Sequence[Scored],
    accepted: Acceptability,
    measurements: Measurements,
    applied: frozenset[str],
) -> list[NextEvidence]:
    found = []
    for probe in measurements.catalogue:
        devices, why = _devices(profile, probe)
        if probe.id in applied or not devices:
            continue
        column = CRITERIA.index(probe.criterion)
        # The lead of the pick on that criterion is what the probe measures; what it leaves open
        # (resemblance below 1) is lost in proportion.
        lead = best[0].by_criterion[:, column] - best[1].by_criterion[:, column]
        bounds = np.quantile(lead, np.linspace(0, 1, OUTCOMES + 1)[1:-1])
        gain = expected_gain(accepted, np.searchsorted(bounds, lead))
        found.append(
            NextEvidence(
                probe=probe.id,
                expected_gain=resemblance(profile, probe) * gain,
                cost_s=probe.cost_s,
                why=f"{probe.title}, for {probe.criterion}, {why}",
            )
        )
    return found


def _devices(profile: Profile, probe: ProbeFacts) -> tuple[tuple[str, ...], str]:
    """Devices on which the probe would count for the profile, and how to say so."""
    criterion = probe.criterion
    facet = facet_values(profile, speed_facet(profile, criterion))
    named = {device_for(profile, criterion, value) for value in facet.shares}
    devices = tuple(sorted(d for d in named if d))
    if facet.drawn:
        # Where the device is open, the probe is named all the same, with what it takes to count.
        alike = resemblance(profile, probe) >= LEAST_RESEMBLANCE
        field = (
            "targets" if speed_facet(profile, criterion) == "target" else "platform.accelerators"
        )
        return (devices if alike else ()), f"on the device that {field}, once stated, means"
    fitting = tuple(d for d in devices if wrong_work(profile, probe, d) is None)
    return fitting, f"on {' or '.join(fitting)}"

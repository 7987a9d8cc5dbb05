"""What a probe would add to p_best: its outcomes drawn beforehand, the pick decided after each.

A probe tells the value of its own work almost exactly; the workload strays from it by a known
spread (see ``measured_values``). So what is believed of the workload today splits into the part
that the probe would tell and the part that stays open: a normal value with spread s is a probe's
value with spread sqrt(s^2 - t^2), plus a distance with spread t. Each draw of today's belief thus
holds an outcome of the probe, and whoever decides after it, by means, is right or wrong in that
very draw. The share of draws in which he is right is the p_best to be expected, without a maximum
over noisy shares anywhere.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from math import sqrt

import numpy as np
import numpy.typing as npt

from framework_advisor.decision.acceptability import NOBODY, Scored, winners
from framework_advisor.decision.assessment import Assessment
from framework_advisor.decision.distributions import Belief, Clipped, Draws, clipped_mean
from framework_advisor.decision.measured_values import device_for, resemblance, transfer_spread
from framework_advisor.decision.measurements import ProbeFacts
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.simulation import Simulation
from framework_advisor.decision.weights import CRITERIA

Array = npt.NDArray[np.float64]

#: Points of the table of means: errors of the interpolation are below 1e-5.
POINTS = 257


def probe_gain(
    assessment: Assessment, simulation: Simulation, probe: ProbeFacts, device: str
) -> float:
    """Expected gain in p_best from running a probe on a device; 0 where it would not count."""
    if assessment.values.facet_values(assessment.values.facet(probe.criterion)).drawn:
        return 0.0
    draws = simulation.first.draws
    means = [_mean_after(assessment, draws, probe, device, item) for item in assessment.feasible]
    return _gain(assessment, simulation, np.stack(means))


def deployment_gain(
    assessment: Assessment, simulation: Simulation, stacks: Collection[Stack]
) -> float:
    """Expected gain in p_best from trying the exports of some stacks; 0 where targets are open.

    A run tells whether a way works, which is most of what the criterion asks: it is taken to tell
    the value itself, so that the gain is no less than what is to be had.
    """
    values, draws = assessment.values, simulation.first.draws
    if values.facet_values("target").drawn:
        return 0.0
    weight = float(assessment.weights.mean[CRITERIA.index("deployment")])
    means = []
    for item in assessment.feasible:
        belief = values.belief(item.stack, "deployment")
        told = draws.of(belief) - belief.mean if item.stack in stacks else np.zeros(draws.size)
        means.append(item.mean + item.met * weight * told)
    return _gain(assessment, simulation, np.stack(means))


def _gain(assessment: Assessment, simulation: Simulation, means: Array) -> float:
    """Gain in p_best of whoever picks by these means in each draw, shape (feasible, draws)."""
    draws, feasible = simulation.first.draws, assessment.feasible
    totals = simulation.first_totals[simulation.rows_of(item.stack for item in feasible)]
    # Of each framework the stack that is best after the outcome stands for it.
    frameworks = [item.stack.framework for item in assessment.best]
    rows = [[i for i, s in enumerate(feasible) if s.stack.framework == f] for f in frameworks]
    each = np.arange(draws.size)
    chosen = [means[r].argmax(axis=0) for r in rows]
    then_means = np.stack([means[r][c, each] for r, c in zip(rows, chosen, strict=True)])
    then_totals = np.stack([totals[r][c, each] for r, c in zip(rows, chosen, strict=True)])
    best = winners(then_totals)
    right_then = np.count_nonzero((winners(then_means) == best) & (best != NOBODY))
    right_now = np.count_nonzero(winners(simulation.totals[:, : draws.size]) == 0)
    return max(0.0, (right_then - right_now) / draws.size)


def _mean_after(
    assessment: Assessment, draws: Draws, probe: ProbeFacts, device: str, item: Scored
) -> Array:
    """Mean value of a stack after each outcome of the probe, shape (draws,)."""
    values, criterion = assessment.values, probe.criterion
    weight = float(assessment.weights.mean[CRITERIA.index(criterion)])
    spread = transfer_spread(resemblance(assessment.profile, probe))
    told: dict[Belief, float] = {}
    for value, share in values.facet_values(values.facet(criterion)).shares.items():
        if device_for(assessment.profile, criterion, value) == device:
            belief = values.belief_at(item.stack, criterion, value)
            told[belief] = told.get(belief, 0.0) + share
    covered = sum(told.values())
    # One value is told of all that the device stands for: the average, where beliefs differ.
    outcome = np.zeros(draws.size)
    for belief, share in told.items():
        name = ("outcome", probe.id, item.stack.subject)
        outcome += share / covered * _outcome(belief, draws, spread, name)
    replaced = sum(share * belief.mean for belief, share in told.items())
    after: Array = np.interp(outcome, *_means(spread))
    return item.mean + item.met * weight * (covered * after - replaced)


def _outcome(belief: Belief, draws: Draws, spread: float, name: tuple[str, ...]) -> Array:
    """The probe's value in each draw of a belief, shape (draws,)."""
    if not isinstance(belief, Clipped) or belief.spread == 0.0:
        return draws.of(belief)  # nothing is known, or all is: the probe's value is the workload's
    kept = min(1.0, spread / belief.spread)
    standard = sum(scale * draws.normal(n) for scale, n in belief.noise) / belief.spread
    turned = sqrt(1 - kept**2) * standard + kept * draws.normal(name)
    return belief.centre + belief.spread * sqrt(1 - kept**2) * turned


@lru_cache(maxsize=32)
def _means(spread: float) -> tuple[Array, Array]:
    """Points and the means of clipped normal values with that spread around them."""
    points = np.linspace(-4 * spread, 1 + 4 * spread, POINTS)
    return points, np.array([clipped_mean(p, spread) for p in points.tolist()])

"""How much blocks vary, and on which level: fitted to recorded twins.

The model is nested, on logarithms of seconds per iteration. Process p of a contender gives in
round i the block

    x = mean + P + R(i) + B(i) + lower quartile of m samples of log(1 + E)

P ~ N(0, process^2) once for each process, R ~ N(0, round^2) shared by all who take a turn in that
round, B ~ N(0, block^2) with correlation rho to the block before, E exponential with mean
``iteration``: what disturbs one sample only ever makes it longer.

Twins have the same mean, so differences between them tell P and B apart, and sums tell R.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framework_probes import statistics
from framework_probes.results import Tier
from framework_probes.selftests.recording import Series, Twosome
from framework_probes.statistics import Estimate

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of the logarithm on each level, for one contender on one operation.

    ``samples``: in a block; ``rho``: correlation of neighbouring blocks of a process.
    """

    subject: str
    operation: str
    tier: Tier
    process: float
    round: float
    block: float
    rho: float
    iteration: float
    samples: int


def fitted(twins: Iterable[Twosome]) -> tuple[Noise, ...]:
    """The noise of each pair of equal twins whose ratio a session publishes.

    Those with a single process each tell nothing of processes, and are left out too.
    """
    return tuple(
        _of(each)
        for each in twins
        if each.truth == 1.0 and each.withheld is None and len(each.a) >= 2
    )


def known_beforehand(
    twins: Iterable[Twosome], freedoms: Sequence[int] = range(1, 21)
) -> tuple[float, int]:
    """What ``statistics.PROCESS_SD`` and ``PROCESS_FREEDOM`` would be by these twins.

    The mean square s of what n pairs of processes gave, whose blocks explain the variance w of
    it, is (w + sd^2) times a draw from F with n and d0 degrees of freedom (Smyth, 2004); both are
    those of greatest likelihood, sd of steps of 5% between 0.02% and 10%.

    Args:
        twins: equal ones whose ratio a session publishes count.
        freedoms: what is tried of d0.
    """
    seen = [_squares(each) for each in twins if each.truth == 1.0 and each.withheld is None]
    choices = [(2e-4 * 1.05**step, freedom) for step in range(128) for freedom in freedoms]
    return max(choices, key=lambda choice: sum(_likelihood(*each, *choice) for each in seen))


def _squares(twins: Twosome) -> tuple[float, float, int]:
    """Mean square of what each pair of processes gave, what blocks explain of it, their number."""
    pairs = zip(twins.a, twins.b, strict=True)
    found = [statistics.hodges_lehmann((b - a).tolist()) for a, b in (_shared(*p) for p in pairs)]
    within = [((each.high - each.low) / (2 * statistics.NORMAL)) ** 2 for each in found]
    return _mean([each.value**2 for each in found]), _mean(within), len(found)


def _likelihood(square: float, within: float, count: int, sd: float, freedom: int) -> float:
    """Logarithm of the density of F at square over scale, per unit of square."""
    scale = within + sd**2
    x, n, d = square / scale, count, freedom
    beta = math.lgamma(n / 2) + math.lgamma(d / 2) - math.lgamma((n + d) / 2)
    power = (n / 2) * math.log(n / d) + (n / 2 - 1) * math.log(max(x, 1e-300))
    return power - (n + d) / 2 * math.log1p(n * x / d) - beta - math.log(scale)


def _of(twins: Twosome) -> Noise:
    logs = [_shared(*pair) for pair in zip(twins.a, twins.b, strict=True)]
    differences = [b - a for a, b in logs]
    found = [statistics.hodges_lehmann(d.tolist()) for d in differences]
    within = _mean([_within(d, each) for d, each in zip(differences, found, strict=True)])
    rho = min(max(_mean([_lag(d - np.median(d)) for d in differences]), 0.0), 0.9)
    # Correlated blocks tell less: the variance of their mean grows by (1 + rho) / (1 - rho).
    rounds = statistics.median([len(d) for d in differences])
    of_mean = within / rounds * (1 + rho) / (1 - rho)
    # The truth is known to be 0, so squares are taken of the differences themselves.
    between = _mean([each.value**2 for each in found])
    shared = _mean([_variance((a + b) / 2) for a, b in logs]) - within / 4
    iteration, samples = _iteration([*twins.a, *twins.b])
    # Samples cannot vary so much that their quartiles vary more than blocks do.
    iteration = min(iteration, math.sqrt(3 * samples * within / 2))
    return Noise(
        subject=twins.subject,
        operation=twins.operation,
        tier=twins.tier,
        process=math.sqrt(max(0.0, between - of_mean) / 2),
        round=math.sqrt(max(0.0, shared)),
        block=math.sqrt(max(0.0, within / 2 - _quartile_variance(iteration, samples))),
        rho=rho,
        iteration=iteration,
        samples=samples,
    )


def _within(differences: Floats, found: Estimate) -> float:
    """Variance of block differences, from the width of the interval that they give.

    A sum of squares would be that of the few blocks that lost their core. For normal noise the
    estimator's variance is pi/3 times that of the mean (Hodges and Lehmann, 1963).
    """
    error = (found.high - found.low) / (2 * statistics.NORMAL)
    return error**2 * len(differences) * 3 / math.pi


def _shared(a: Series, b: Series) -> tuple[Floats, Floats]:
    """Logarithms of both in the rounds that count for both."""
    theirs = dict(zip(b.rounds, b.seconds, strict=True))
    mine = [(s, theirs[r]) for r, s in zip(a.rounds, a.seconds, strict=True) if r in theirs]
    first, second = np.log(np.array(mine)).T
    return first, second


def _iteration(all_: list[Series]) -> tuple[float, int]:
    """Mean of E from how far a block's mean lies above its quartile, and samples in a block.

    An exponential's mean exceeds its lower quartile by (1 - log(4/3)) of itself. Of processor time
    no mean is kept: what varies below the block counts as the block's.
    """
    samples = max(3, round(statistics.median([each.samples for each in all_])))
    if any(each.slow for each in all_):
        return 0.0, samples
    excess = statistics.median([each.excess for each in all_])
    return max(0.0, excess) / (1 - math.log(4 / 3)), samples


def _quartile_variance(iteration: float, samples: int) -> float:
    """Of the lower quartile of exponentials: p (1 - p) / (m f^2), f their density there."""
    return iteration**2 / (3 * samples)


def _variance(values: Floats) -> float:
    """By the median of absolute deviations: a block that was stolen is not the noise of all.

    Source: Hampel, The Influence Curve and its Role in Robust Estimation, Journal of the American
    Statistical Association 69 (1974). The sum of squares is taken where that gives nothing.
    """
    deviation = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return deviation**2 or float(np.var(values))


def _lag(values: Floats) -> float:
    """Correlation of each value with the one before it."""
    total = float(np.sum(values**2))
    return float(np.sum(values[1:] * values[:-1])) / total if total else 0.0


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)

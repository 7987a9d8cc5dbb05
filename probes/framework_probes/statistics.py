"""Statistics of paired, alternated timing. Pure functions of numbers; nothing is measured here.

The estimator is the Hodges-Lehmann median of Walsh averages, its interval the one that inverts
the Wilcoxon signed-rank test: distribution-free for symmetric differences, robust to a neighbour
who steals a block, and deterministic, which a bootstrap is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from framework_probes.results import Verdict

#: Ratios within 1/BAND..BAND are the same for a person who chooses a framework. Comparing a
#: framework with itself, "the interval excludes 1" cries wolf in a third of the cases, because
#: blocks are autocorrelated and a process keeps a bias of up to 1%; with this band under 1%.
BAND = 1.03

#: Fewest observations for which a 95% signed-rank interval exists: 2 / 2**6 = 3.1%.
FEWEST = 6


@dataclass(frozen=True, slots=True)
class Estimate:
    """A location with its 95% interval, ``low <= value <= high``."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """``high / low - 1``: the relative width of an interval of positive values."""
        return self.high / self.low - 1.0


def quantile(values: Sequence[float], q: float) -> float:
    """The ``q``-quantile, interpolated linearly between order statistics.

    Source: definition 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages, The
    American Statistician 50 (1996).

    Raises:
        ValueError: ``values`` is empty or ``q`` lies outside 0..1.
    """
    if not values or not 0.0 <= q <= 1.0:
        raise ValueError("quantile: values must not be empty and q must lie in 0..1")
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    low, high = ordered[below], ordered[above]
    # Clamped, so that rounding never leaves the two neighbours.
    return min(max(low + (place - below) * (high - low), low), high)


#: Fewest observations for each percentile: with so many, no more than one lies above it in at most
#: 1% of the cases, so that the second largest is not below it. 64 and 662 are also what MLPerf's
#: load generator asks for before it estimates a 90th and a 99th percentile (early stopping).
FEWEST_FOR_PERCENTILE = {50: 11, 90: 64, 99: 662}


def lower_quartile(values: Sequence[float]) -> float:
    """The 0.25-quantile: the time of an iteration that nothing disturbed, but not the luckiest."""
    return quantile(values, 0.25)


def median(values: Sequence[float]) -> float:
    """The 0.5-quantile."""
    return quantile(values, 0.5)


def walsh_averages(values: Sequence[float]) -> list[float]:
    """All ``(x_i + x_j) / 2`` with ``i <= j``, sorted: n (n + 1) / 2 of them."""
    n = len(values)
    # Halved before adding: the sum of two large numbers need not overflow.
    return sorted(values[i] / 2 + values[j] / 2 for i in range(n) for j in range(i, n))


@lru_cache(maxsize=256)
def _signed_rank_depth(n: int, alpha: float) -> int:
    """How many Walsh averages lie outside on each side of the ``1 - alpha`` interval.

    The largest k with P(W <= k - 1) <= alpha / 2, W the Wilcoxon signed-rank statistic of n
    observations, whose exact distribution counts the subsets of 1..n by their sum.
    """
    counts = [1]
    for rank in range(1, n + 1):
        longer = counts + [0] * rank
        for total, count in enumerate(counts):
            longer[total + rank] += count
        counts = longer
    allowed = alpha / 2 * 2**n
    cumulative, depth = 0, 0
    for count in counts:
        cumulative += count
        if cumulative > allowed:
            break
        depth += 1
    return depth


def hodges_lehmann(values: Sequence[float], alpha: float = 0.05) -> Estimate:
    """Median of the Walsh averages, with its exact signed-rank interval.

    Source: Hodges and Lehmann, Estimates of Location Based on Rank Tests, Annals of Mathematical
    Statistics 34 (1963); the interval is Tukey's, Hollander and Wolfe, Nonparametric Statistical
    Methods, section 3.3.

    Raises:
        ValueError: fewer than :data:`FEWEST` values: no 95% interval exists.
    """
    depth = _signed_rank_depth(len(values), alpha)
    if depth < 1:
        raise ValueError(
            f"hodges_lehmann: {len(values)} values give no {1 - alpha:.0%} interval, "
            f"take at least {FEWEST}"
        )
    averages = walsh_averages(values)
    return Estimate(median(averages), averages[depth - 1], averages[-depth])


def location(seconds: Sequence[float]) -> Estimate:
    """Typical time of blocks, in seconds: Hodges-Lehmann on logarithms, taken back.

    Raises:
        ValueError: a time is not positive, or too few of them.
    """
    return _exponential(hodges_lehmann([_log(value) for value in seconds]))


def ratio(a: Sequence[float], b: Sequence[float]) -> Estimate:
    """Time of ``b`` over time of ``a``, block i of one against block i of the other.

    Pairs were taken in the same round, so what slows both cancels. On logarithms, because a
    ratio and its inverse must say the same thing.

    Raises:
        ValueError: different lengths, a time that is not positive, or too few pairs.
    """
    if len(a) != len(b):
        raise ValueError(f"ratio: {len(a)} blocks against {len(b)}, they must be paired")
    return _exponential(hodges_lehmann([_log(y) - _log(x) for x, y in zip(a, b, strict=True)]))


#: 97.5% quantiles of Student's t distribution for 1, 2, ... degrees of freedom. Source: any table,
#: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), table 26.10.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
#: What they approach.
NORMAL = 1.960
#: What is known beforehand of how much a ratio differs from process to process, beyond what its
#: blocks show: a standard deviation of its logarithm, and the degrees of freedom that this
#: knowledge is worth. Fitted to recorded twins; the selftest ``coverage`` fits it again.
PROCESS_SD = 0.007
PROCESS_FREEDOM = 3


#: How much a time differs from run to run on one host, as a standard deviation of its logarithm, on
#: a calm and on a busy one. Pairs need none of it: they were taken in the same minute, and what
#: slows the host cancels. From three calm and five busy runs of 12 times each, torch and JAX on
#: three probes, on 2 virtual cores: 4% with a pressure up to 0.22, 14% from 0.5 on.
CALM_RUN_SD, BUSY_RUN_SD = 0.04, 0.14
#: From this share of time in which some process waited for a processor on, a host was busy.
BUSY_PRESSURE = 0.25


def across(pooled: Estimate, parts: Sequence[Estimate]) -> Estimate:
    """The pooled interval, stretched to one that holds for other processes too.

    A process is biased by up to 1% for as long as it lives, which its own blocks cannot show.
    Several processes show it, but two or three do so poorly: Student's quantile of two is 12.7. So
    their variance s^2 around their mean is moderated by what is known beforehand,

        v = (d0 (sd^2 + w) + (k - 1) s^2) / (d0 + k - 1)

    with sd and d0 as above, w the variance that the blocks of a part explain, k parts; the interval
    is Student's of d0 + k - 1 degrees of freedom, mean +- t sqrt(v / k). Of a single process v is
    what is known beforehand. The larger of this interval and the pooled one is reported.

    Source: Smyth, Linear Models and Empirical Bayes Methods, Statistical Applications in Genetics
    and Molecular Biology 3 (2004), section 3.

    Args:
        pooled: estimate from the blocks of all replicates.
        parts: the estimate from the blocks of each replicate.
    """
    count = len(parts)
    logs = [_log(part.value) for part in parts]
    centre = sum(logs) / count
    within = sum(_standard_error(part) ** 2 for part in parts) / count
    known = PROCESS_FREEDOM * (PROCESS_SD**2 + within)
    freedom = PROCESS_FREEDOM + count - 1
    variance = (known + sum((each - centre) ** 2 for each in logs)) / freedom
    reach = _student(freedom) * math.sqrt(variance / count)
    return Estimate(
        pooled.value,
        min(pooled.low, math.exp(centre - reach)),
        max(pooled.high, math.exp(centre + reach)),
    )


def run_sd(pressure: float | None) -> float:
    """How much a time of a run under that pressure may differ from run to run; None: not known."""
    calm = pressure is not None and pressure < BUSY_PRESSURE
    return CALM_RUN_SD if calm else BUSY_RUN_SD


def apart(a: Estimate, b: Estimate, sds: tuple[float, float]) -> Estimate:
    """Time of ``b`` over time of ``a``, of two runs: nothing was paired, so nothing cancels.

    On logarithms x, with the limits l and u of each of the two and the reach r of what differs from
    run to run, the difference x_b - x_a has the limits

        x_b - x_a - sqrt((x_b - l_b)^2 + (u_a - x_a)^2 + r^2)
        x_b - x_a + sqrt((u_b - x_b)^2 + (x_a - l_a)^2 + r^2)

    where r^2 is 1.96^2 times the sum of the two variances from run to run.

    Source: Zou and Donner, Construction of Confidence Limits about Effect Measures: a General
    Approach, Statistics in Medicine 27 (2008).

    Args:
        a: time in one run.
        b: time in the other.
        sds: what :func:`run_sd` says of each.
    """
    reach = NORMAL * math.hypot(*sds)
    difference = _log(b.value) - _log(a.value)
    below = math.hypot(_log(b.value / b.low), _log(a.high / a.value), reach)
    above = math.hypot(_log(b.high / b.value), _log(a.value / a.low), reach)
    return _exponential(Estimate(difference, difference - below, difference + above))


def _standard_error(part: Estimate) -> float:
    """Of the logarithm, from a 95% interval."""
    return (_log(part.high) - _log(part.low)) / (2 * NORMAL)


def _student(freedom: int) -> float:
    return STUDENT[freedom - 1] if freedom <= len(STUDENT) else NORMAL


def spread(parts: Sequence[float]) -> float:
    """Largest over smallest of what the parts of a run gave, minus 1; 0 for a single part."""
    return max(parts) / min(parts) - 1.0 if parts else 0.0


def verdict(estimate: Estimate, band: float = BAND) -> Verdict:
    """Whether ``a`` is faster than ``b``, from the interval of time of b over time of a.

    ``faster`` or ``slower`` if the whole interval lies outside 1/band..band, ``same`` if it lies
    inside, else ``ambiguous``.
    """
    if estimate.low > band:
        return "faster"
    if estimate.high < 1 / band:
        return "slower"
    if estimate.low >= 1 / band and estimate.high <= band:
        return "same"
    return "ambiguous"


def halves_differ(values: Sequence[float], tolerance: float = 0.10) -> bool:
    """Whether the second half is not the steady state that the first half was.

    True if both quartiles moved the same way by more than ``tolerance``. One quartile alone is
    moved by a single disturbed block of few; a process that still warms up, or that throttles,
    moves both. After the steady-state test of pyperf, which compares the quartiles of halves.

    Args:
        values: in the order in which they were taken; fewer than four are always steady.
        tolerance: relative change that counts.
    """
    if len(values) < 4:
        return False
    middle = len(values) // 2
    first, second = values[:middle], values[-middle:]
    moves = [_log(quantile(second, q)) - _log(quantile(first, q)) for q in (0.25, 0.75)]
    limit = math.log1p(tolerance)
    return min(moves) > limit or max(moves) < -limit


def _log(value: float) -> float:
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"a time must be positive and finite, got {value}")
    return math.log(value)


def _exponential(estimate: Estimate) -> Estimate:
    return Estimate(math.exp(estimate.value), math.exp(estimate.low), math.exp(estimate.high))

"""What was taken of each contender on a probe, and how two of them compare. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from framework_probes import statistics
from framework_probes.protocol import Prepared, Ran, Refused
from framework_probes.results import Contender
from framework_probes.statistics import Estimate

#: From this time of an iteration on, every one is disturbed and wall time has no quiet quartile:
#: the processor time of the process is taken instead.
SLOW_S = 3e-3


@dataclass(frozen=True, slots=True)
class Taken:
    """One block, with its place in the session."""

    order: int
    ran: Ran


@dataclass(slots=True)
class Replicate:
    """What one process of a contender gave for a probe: its blocks, round by round."""

    prepared: Prepared
    import_s: float | None
    environment: str
    blocks: list[Taken] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A contender on a probe: its replicates, or why there is none."""

    contender: Contender
    replicates: list[Replicate] = field(default_factory=list)
    refused: Refused | None = None

    @property
    def timed(self) -> bool:
        """Whether there are blocks to conclude from."""
        return self.refused is None and any(r.blocks for r in self.replicates)

    @property
    def slow(self) -> bool:
        """Whether processor time is its statistic: one choice for all of its blocks."""
        quartiles = [t.ran.wall_quartile_s for r in self.replicates for t in r.blocks]
        return statistics.median(quartiles) >= SLOW_S


def value(ran: Ran, slow: bool) -> float:
    """A block's seconds per iteration by the statistic for slow or for fast iterations."""
    return ran.cpu_quartile_s if slow else ran.wall_quartile_s


def estimate(entry: Entry) -> Estimate:
    """Typical seconds of an iteration, the interval widened by what single processes gave."""
    series = [[value(t.ran, entry.slow) for t in r.blocks] for r in entry.replicates]
    parts = [statistics.location(values) for values in series]
    pooled = statistics.location([v for values in series for v in values])
    return statistics.widened(pooled, parts) if len(parts) > 1 else pooled


def compare(a: Entry, b: Entry) -> Estimate:
    """Time of b over time of a, the interval widened by what single processes gave.

    Both by the same statistic: where either one is slow, by processor time.
    """
    series = _paired(a, b)
    a_all = [x for xs, _ in series for x in xs]
    b_all = [y for _, ys in series for y in ys]
    pooled = statistics.ratio(a_all, b_all)
    if len(series) == 1:
        return pooled
    return statistics.widened(pooled, [statistics.ratio(x, y) for x, y in series])


def spread(a: Entry, b: Entry) -> float:
    """How far parts of the run disagree on the ratio, see ``statistics.spread``.

    The parts are the replicates; with a single one, the first and second half of its rounds.
    """
    series = _paired(a, b)
    if len(series) == 1:
        (x, y) = series[0]
        middle = len(x) // 2
        series = [(x[:middle], y[:middle]), (x[middle:], y[middle:])]
    return statistics.spread(
        [statistics.median([v / u for u, v in zip(x, y, strict=True)]) for x, y in series]
    )


def _paired(a: Entry, b: Entry) -> list[tuple[list[float], list[float]]]:
    """For each replicate, the times of both, round by round."""
    slow = a.slow or b.slow
    return [
        (
            [value(t.ran, slow) for t in first.blocks],
            [value(t.ran, slow) for t in second.blocks],
        )
        for first, second in zip(a.replicates, b.replicates, strict=True)
    ]


def matches(entries: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    """Who is compared: all of one tier with each other, and each subject's tiers."""
    return [
        (a, b)
        for a, b in combinations(entries, 2)
        if a.contender.tier == b.contender.tier or a.contender.subject == b.contender.subject
    ]

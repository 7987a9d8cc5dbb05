"""What blocks say: a contender's time, and how two of them compare. Pure, and the only place.

Everything that is published of times and pairs is made here, of the blocks that are kept, so that
anybody can make it again: see :mod:`framework_probes.recomputation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from framework_probes import statistics
from framework_probes.results import Block
from framework_probes.statistics import Estimate

#: The blocks of one contender on one probe, of all its replicates.
Blocks: TypeAlias = Sequence[Block]

#: From this time of an iteration on, every one is disturbed and wall time has no quiet quartile:
#: the processor time of the process is taken instead.
SLOW_S = 3e-3
QUARTILE = "lower quartile of wall time"
PROCESSOR = "lower quartile of processor time"


class NotRecomputable(ValueError):
    """Blocks that lack what an estimate needs: they were kept by an older version."""


def is_slow(blocks: Blocks) -> bool:
    """Whether processor time is their statistic: one choice for all blocks of a contender.

    Never where another device did the work.
    """
    if any(block.off_processor for block in blocks):
        return False
    return statistics.median([value(block, slow=False) for block in blocks]) >= SLOW_S


def statistic(blocks: Blocks) -> str:
    """Of what a contender's time is made, in words."""
    return PROCESSOR if is_slow(counted(blocks)) else QUARTILE


def value(block: Block, slow: bool) -> float:
    """A block's seconds per iteration by the statistic for slow or for fast iterations.

    Raises:
        NotRecomputable: the block lacks it.
    """
    quartile = block.cpu_quartile_s if slow else block.wall_quartile_s
    if quartile is None or block.round is None:
        raise NotRecomputable("a block lacks its round or one of its two statistics")
    return quartile


def by_replicate(blocks: Blocks) -> list[list[Block]]:
    """The blocks of each replicate, both in order."""
    numbers = sorted({block.replicate for block in blocks})
    return [[block for block in blocks if block.replicate == number] for number in numbers]


def counted(blocks: Blocks) -> list[Block]:
    """The blocks that count: of a replicate the undisturbed ones, all where those are too few.

    In the latter case the contender's outcome says so.
    """
    found: list[Block] = []
    for part in by_replicate(blocks):
        sound = [block for block in part if block.disturbed is None]
        found += sound if len(sound) >= statistics.FEWEST else part
    return found


def estimate(blocks: Blocks, slow: bool | None = None) -> Estimate:
    """Typical seconds of an iteration, with the interval over blocks and over replicates.

    ``slow`` chooses the statistic; None: the blocks' own.
    """
    used = counted(blocks)
    slow = is_slow(used) if slow is None else slow
    series = [[value(block, slow) for block in part] for part in by_replicate(used)]
    pooled = statistics.location([seconds for values in series for seconds in values])
    return statistics.across(pooled, [statistics.location(values) for values in series])


def compare(a: Blocks, b: Blocks) -> Estimate:
    """Time of b over time of a, with the interval over rounds and over replicates.

    Both by the same statistic: where either one is slow, by processor time.

    Raises:
        ValueError: they share too few rounds.
    """
    series = paired(a, b)
    return statistics.across(_pooled(series), [statistics.ratio(xs, ys) for xs, ys in series])


def precision(a: Blocks, b: Blocks) -> float:
    """Relative width of the interval over rounds alone: what further rounds can narrow.

    Raises:
        ValueError: they share too few rounds.
    """
    return _pooled(paired(a, b)).width


def _pooled(series: Sequence[tuple[list[float], list[float]]]) -> Estimate:
    firsts, seconds = ([t for part in series for t in part[side]] for side in (0, 1))
    return statistics.ratio(firsts, seconds)


def spread(a: Blocks, b: Blocks) -> float:
    """How far parts of the run disagree on the ratio, see ``statistics.spread``.

    The parts are the replicates; with a single one, the first and second half of its rounds.
    """
    series = paired(a, b)
    if len(series) == 1:
        (x, y) = series[0]
        middle = len(x) // 2
        series = [(x[:middle], y[:middle]), (x[middle:], y[middle:])]
    return statistics.spread(
        [statistics.median([v / u for u, v in zip(x, y, strict=True)]) for x, y in series]
    )


def paired(a: Blocks, b: Blocks) -> list[tuple[list[float], list[float]]]:
    """For each replicate the times of both, round by round.

    Of the rounds in which nothing disturbed either of them; of all that they share, where those
    are fewer than ``statistics.FEWEST``. A replicate with fewer still is left out.
    """
    if not a or not b:
        return []
    slow = is_slow(counted(a)) or is_slow(counted(b))
    theirs = {_place(block): block for block in b}
    found = []
    for part in by_replicate(a):
        shared = [(x, theirs[_place(x)]) for x in part if _place(x) in theirs]
        sound = [(x, y) for x, y in shared if x.disturbed is None and y.disturbed is None]
        used = sound if len(sound) >= statistics.FEWEST else shared
        if len(used) >= statistics.FEWEST:
            found.append(([value(x, slow) for x, _ in used], [value(y, slow) for _, y in used]))
    return found


def comparable(a: Blocks, b: Blocks) -> bool:
    """Whether they share enough rounds of one replicate to be compared."""
    return bool(paired(a, b))


def processor_share(blocks: Iterable[Block]) -> float:
    """Processor time over wall time, the median over blocks."""
    return statistics.median([block.cpu_s / block.wall_s for block in blocks])


def _place(block: Block) -> tuple[int, int | None]:
    return block.replicate, block.round

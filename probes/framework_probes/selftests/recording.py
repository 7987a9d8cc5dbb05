"""Blocks of twins, kept: what the deterministic parts of the selftests run on.

A recording holds, for every process, the figures of its blocks round by round. Made by
``python -m framework_probes selftest aa --record FILE``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from framework_probes import comparison, statistics
from framework_probes.results import Block, Host, Tier
from framework_probes.serialization import from_line, to_line


@dataclass(frozen=True, slots=True)
class Head:
    """Where and when a recording was made."""

    day: str
    host: Host
    versions: dict[str, str]
    load: float | None
    block_s: float


@dataclass(frozen=True, slots=True)
class Series:
    """The blocks of one process on one operation, in the order of the rounds.

    Attributes:
        truth: time of twin b over time of twin a, as it was made.
        replicate: number of the pair of processes; ``twin``: 0 is a, 1 is b.
        alternated: in turns with the other twin; else one after the other.
        withheld: the outcome for which a session gives no verdict on these twins; None: it does.
        samples: of a block, the median; ``excess``: mean over lower quartile of its samples'
            wall time, minus 1, the median over blocks.
        slow: whether processor time is its statistic.
        seconds: of an iteration by that statistic, of each block; those that do not count are
            not kept.
    """

    subject: str
    operation: str
    truth: float
    tier: Tier
    replicate: int
    twin: int
    alternated: bool
    withheld: str | None
    samples: int
    excess: float
    slow: bool
    rounds: tuple[int, ...]
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """A head and its series."""

    head: Head
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Which:
    """Whose blocks: see :class:`Series`."""

    subject: str
    operation: str
    truth: float
    tier: Tier
    alternated: bool
    withheld: str | None


@dataclass(frozen=True, slots=True)
class Twosome:
    """All processes of two twins on one operation: ``a[r]`` and ``b[r]`` lived side by side."""

    subject: str
    operation: str
    truth: float
    tier: Tier
    withheld: str | None
    a: tuple[Series, ...]
    b: tuple[Series, ...]


def series(which: Which, twin: int, all_: Sequence[Block]) -> Iterator[Series]:
    """Blocks as a recording keeps them, one series for each process."""
    used = comparison.counted(all_)
    slow = comparison.is_slow(used) if used else False
    for mine in comparison.by_replicate(used):
        quartiles = [comparison.value(block, slow=False) for block in mine]
        yield Series(
            subject=which.subject,
            operation=which.operation,
            truth=which.truth,
            tier=which.tier,
            replicate=mine[0].replicate,
            twin=twin,
            alternated=which.alternated,
            withheld=which.withheld,
            samples=round(statistics.median([len(block.wall_samples_s) for block in mine])),
            excess=_short(
                statistics.median(
                    [block.wall_s / q - 1 for block, q in zip(mine, quartiles, strict=True)]
                )
            ),
            slow=slow,
            rounds=tuple(block.round or 0 for block in mine),
            seconds=tuple(_short(comparison.value(block, slow)) for block in mine),
        )


def twosomes(recording: Recording, *, alternated: bool = True) -> Iterator[Twosome]:
    """The twins of a recording, those that lost a process left out."""
    groups: dict[tuple[str, str, float, Tier], tuple[list[Series], list[Series]]] = {}
    for each in recording.series:
        if each.alternated == alternated:
            key = (each.subject, each.operation, each.truth, each.tier)
            groups.setdefault(key, ([], []))[each.twin].append(each)
    for (subject, operation, truth, tier), (a, b) in groups.items():
        if a and [each.replicate for each in a] == [each.replicate for each in b]:
            yield Twosome(subject, operation, truth, tier, a[0].withheld, tuple(a), tuple(b))


def blocks(processes: Iterable[Series]) -> list[Block]:
    """The blocks of some processes, numbered anew as replicates, as a session would hold them.

    The statistic stands for every time of a block: nothing else is kept.
    """
    return [
        Block(
            order=round_,
            iterations=1,
            wall_s=seconds,
            cpu_s=seconds,
            statistic_s=seconds,
            replicate=number,
            round=round_,
            wall_quartile_s=seconds,
            cpu_quartile_s=seconds,
        )
        for number, each in enumerate(processes)
        for round_, seconds in zip(each.rounds, each.seconds, strict=True)
    ]


def write(recording: Recording, path: Path) -> None:
    """One JSON document, a series a line."""
    head = json.dumps(asdict(recording.head))
    lines = ",\n".join(to_line(each) for each in recording.series)
    path.write_text(f'{{"head": {head},\n"series": [\n{lines}\n]}}\n', encoding="utf-8")


def read(path: Path) -> Recording:
    """The recording in a file.

    Raises:
        MalformedLine: a field is missing, unknown or of another type.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    head = from_line(json.dumps({"event": "head", **content["head"]}), (Head,))
    kept = tuple(from_line(json.dumps(each), (Series,)) for each in content["series"])
    return Recording(head, kept)


def _short(value: float) -> float:
    """Five digits: a hundred-thousandth is far below what any clock repeats."""
    return float(f"{value:.5g}")

"""What was taken of each contender on a probe, while a session goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework_probes import guards, statistics
from framework_probes.protocol import Prepared, Ran, Refused, Weighed
from framework_probes.results import Block, Contender


@dataclass(slots=True)
class Replicate:
    """What one process of a contender gave for a probe: its blocks, round by round.

    Attributes:
        prepared: what the worker said when the program was ready.
        import_s: seconds that importing the framework took.
        environment: id of what the worker ran in.
        blocks: in order, those that do not count among them.
        cores: where the kernel said that the blocks ran.
        traces: how often something was compiled while it was timed.
    """

    prepared: Prepared
    import_s: float | None
    environment: str
    blocks: list[Block] = field(default_factory=list)
    cores: set[int | None] = field(default_factory=set)
    traces: int = 0


@dataclass(slots=True)
class Entry:
    """A contender on a probe: its replicates, or why there is none."""

    contender: Contender
    replicates: list[Replicate] = field(default_factory=list)
    refused: Refused | None = None
    #: From the pass of its own, where the suite has one.
    weighed: Weighed | None = None

    @property
    def timed(self) -> bool:
        """Whether there are blocks to conclude from."""
        return self.refused is None and any(r.blocks for r in self.replicates)

    @property
    def blocks(self) -> list[Block]:
        """All of them."""
        return [block for replicate in self.replicates for block in replicate.blocks]


def block_of(ran: Ran, order: int, replicate: int, round_: int) -> Block:
    """A worker's block at its place in the session. Its own statistic is chosen at the end."""
    wall = statistics.lower_quartile(ran.walls_s)
    return Block(
        order=order,
        iterations=ran.iterations,
        wall_s=sum(ran.walls_s) / len(ran.walls_s),
        cpu_s=sum(ran.cpus_s) / len(ran.cpus_s),
        statistic_s=wall,
        replicate=replicate,
        round=round_,
        wall_quartile_s=wall,
        cpu_quartile_s=statistics.lower_quartile(ran.cpus_s),
        wall_samples_s=ran.walls_s,
        cpu_samples_s=ran.cpus_s,
        switches=ran.switches,
        disturbed="throttled" if guards.clock_fell(ran.clocks_mhz, ran.top_clock_mhz) else None,
        off_processor=ran.off_processor,
        device_samples_s=ran.device_s,
        clocks_mhz=ran.clocks_mhz,
    )


def belong_together(a: Contender, b: Contender) -> bool:
    """Whether two are compared: all of one tier with each other, and each subject's tiers."""
    return a.tier == b.tier or a.subject == b.subject

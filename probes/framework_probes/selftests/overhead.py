"""``overhead``: what the session's own process burns while a worker is timed.

A parent that spins while it waits takes a core from what it measures.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from framework_probes import protocol, statistics
from framework_probes.process import WorkerProcess
from framework_probes.seats import Setup
from framework_probes.selftests.report import Figure, Findings, Skipped
from framework_probes.selftests.twins import SUITE, Say, gauged
from framework_probes.selftests.waits import name

CATALOGUE = "framework_probes.selftests.waits"
BLOCKS = 200
#: A wait as long as a small operation: many samples, so that replies are as long as they get.
LENGTH = 100_000
#: Largest share of a core, in per cent, while a block is timed.
SHARE = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One block as the parent lived it.

    Wall and processor seconds from when the command is sent until the reply comes in; processor
    seconds before and after, for writing the command and reading the reply.
    """

    wall_s: float
    waiting_s: float
    between_s: float


def overhead(say: Say, blocks: int = BLOCKS) -> Findings:
    """Ask for blocks as the rounds do. Takes some seconds."""
    setup = Setup(catalogue=CATALOGUE)
    with (
        TemporaryDirectory(prefix="framework-selftest-", ignore_cleanup_errors=True) as folder,
        gauged(Path(folder), setup) as (_, gauge),
    ):
        seat = gauge.seat
        prepared = seat.ask(protocol.Prepare(name(LENGTH), "eager", 0), setup.prepare_s)
        if seat.worker is None or not isinstance(prepared, protocol.Prepared):
            return concluded(())
        asked = [_ask(seat.worker) for _ in range(blocks)]
    say(f"{blocks} blocks")
    return concluded(asked)


def concluded(asked: Sequence[Asked]) -> Findings:
    """Shares of a core, and what a block costs in between."""
    wall = sum(each.wall_s for each in asked)
    waiting = 100 * sum(each.waiting_s for each in asked) / wall if asked else None
    between = [1e6 * each.between_s for each in asked]
    figures = (
        Figure("waiting", waiting, "%", "of a core, from a block's command to its reply"),
        Figure("blocks", float(len(asked)), "", "that were timed"),
        Figure(
            "between",
            statistics.median(between) if between else None,
            "µs",
            "of processor time between two blocks: a command written, a reply read",
        ),
    )
    skipped = () if asked else (Skipped("overhead", "the worker could not be prepared"),)
    return Findings(figures, {"waiting": (None, SHARE)}, skipped=skipped)


def _ask(worker: WorkerProcess) -> Asked:
    before = time.process_time()
    worker.send(protocol.Run("eager", SUITE.block_s))
    start, sent = time.perf_counter(), time.process_time()
    select.select([worker], [], [])
    arrived, wall = time.process_time(), time.perf_counter() - start
    while worker.receive() is None:
        select.select([worker], [], [])
    return Asked(wall, arrived - sent, sent - before + time.process_time() - arrived)

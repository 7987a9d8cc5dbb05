"""``clock``: whether a block's time is the time that passed, by waits of known length.

A real worker times them by the same blocks as a framework's step.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from framework_probes import comparison, protocol, statistics
from framework_probes.entries import block_of
from framework_probes.results import Block
from framework_probes.seats import Seat, Setup
from framework_probes.selftests.report import Figure, Findings, Skipped
from framework_probes.selftests.twins import SUITE, Say, gauged
from framework_probes.selftests.waits import LENGTHS, name

CATALOGUE = "framework_probes.selftests.waits"
BLOCKS = 20
#: From this length on a wait has to be right, in nanoseconds; below, calling it takes its share.
FROM = 100_000
#: Largest relative error, in per cent, and largest cost of a call, in nanoseconds.
ERROR, OVERHEAD = 1.0, 150.0


def clock(say: Say, blocks: int = BLOCKS) -> Findings:
    """Time every wait in ``blocks`` blocks on the fastest core. Takes half a minute."""
    setup = Setup(catalogue=CATALOGUE)
    with (
        TemporaryDirectory(prefix="framework-selftest-", ignore_cleanup_errors=True) as folder,
        gauged(Path(folder), setup) as (_, gauge),
    ):
        seen = {length: _timed(gauge.seat, length, blocks, setup) for length in LENGTHS}
    for length, seconds in seen.items():
        say(f"{length} ns: {'not timed' if seconds is None else f'{seconds * 1e9:.1f} ns'}")
    return concluded(seen)


def concluded(seen: dict[int, float | None]) -> Findings:
    """The errors of waits by length in nanoseconds; ``seen``: their seconds, None if not timed."""
    empty = seen[0]
    figures = [
        Figure(
            "overhead_ns",
            None if empty is None else empty * 1e9,
            "ns",
            "of an iteration that does nothing: the loop and the call",
        )
    ]
    for length, seconds in seen.items():
        if length:
            error = None if seconds is None else 100 * (seconds * 1e9 / length - 1)
            figures.append(
                Figure(f"error_{length}_ns", error, "%", f"a wait of {_said(length)}, measured")
            )
    bounds: dict[str, tuple[float | None, float | None]] = {"overhead_ns": (None, OVERHEAD)}
    bounds |= {f"error_{length}_ns": (-ERROR, ERROR) for length in seen if length >= FROM}
    missing = tuple(
        Skipped(name(length), "the worker did not time it")
        for length, seconds in seen.items()
        if seconds is None
    )
    return Findings(tuple(figures), bounds, skipped=missing)


def _timed(seat: Seat, length: int, blocks: int, setup: Setup) -> float | None:
    """Seconds of a wait by the statistic of fast iterations, whatever its length."""
    prepared = seat.ask(protocol.Prepare(name(length), "eager", 0), setup.prepare_s)
    if not isinstance(prepared, protocol.Prepared):
        return None
    taken: list[Block] = []
    for place in range(blocks):
        ran = seat.ask(protocol.Run("eager", SUITE.block_s), setup.block_s)
        if isinstance(ran, protocol.Ran):
            taken.append(block_of(ran, place, 0, place))
    if len(taken) < statistics.FEWEST:
        return None
    # A spinning wait uses the processor all the time: both clocks must agree with its length.
    return statistics.location([comparison.value(block, slow=False) for block in taken]).value


def _said(length: int) -> str:
    for unit, size in (("ms", 1_000_000), ("µs", 1_000)):
        if length >= size:
            return f"{length // size} {unit}"
    return f"{length} ns"

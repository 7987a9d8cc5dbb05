"""What disturbs a measurement, noticed: a crowded core, a slowed clock, others on the device.

What is disturbed is labelled, kept, and taken again up to a bound; nothing is dropped in silence.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from framework_probes import comparison, protocol, statistics
from framework_probes.results import Block, Disturbance
from framework_probes.seats import Seat

#: A worker that had the processor for less than this share of a block was crowded out. Two busy
#: neighbours on its core leave it a third, which processor time and the lower quartile still bear;
#: beyond that, what comes back from the others' work in the caches is a cost of its own.
CROWDED = 0.25
#: A core below this share of the best speed seen in the session is throttled. A neighbour on the
#: sibling of a virtual core takes up to half of its speed and comes and goes; contenders that take
#: turns are slowed alike by it. Below half, something else is at work. (NVIDIA's nvbench discards
#: below three quarters, on GPUs that nobody shares.)
THROTTLED = 0.5
#: A device whose clock is below this share of its highest is throttled. NVIDIA's nvbench discards
#: samples below the same share of the default clock.
CLOCK_FELL = 0.75
PRESSURE = Path("/proc/pressure/cpu")


@dataclass(slots=True)
class CoreGauge:
    """How fast the core of the timed workers is, against the best that was seen of it.

    A loop of plain arithmetic in the worker without a framework, bound to that core, stands for
    the clock: a virtual machine does not tell its clock's truth.

    Attributes:
        seat: of that worker; ``timeout_s``: its longest answer.
        best_s: shortest time of the loop so far.
    """

    seat: Seat
    timeout_s: float
    best_s: float | None = None

    def speed(self) -> float | None:
        """Best time over the time now, 1 or less; None where nobody can tell."""
        if not self.seat.alive:
            return None
        reply = self.seat.ask(protocol.Gauge(), self.timeout_s)
        if not isinstance(reply, protocol.Gauged):
            return None
        self.best_s = min(reply.seconds, self.best_s or reply.seconds)
        return self.best_s / reply.seconds


@dataclass(slots=True)
class Pressure:
    """For which share of the time some process waited for a processor, since this was made.

    None where the kernel does not count it (Linux does since 4.20, if built so).
    """

    source: Path = PRESSURE
    started: float = field(default_factory=time.monotonic)
    stalled_s: float | None = field(default=None)

    def __post_init__(self) -> None:
        """Remember the counter's present value."""
        self.stalled_s = stalled_seconds(self.source)

    def share(self) -> float | None:
        """0 to 1."""
        now, elapsed = stalled_seconds(self.source), time.monotonic() - self.started
        if now is None or self.stalled_s is None or elapsed <= 0:
            return None
        return min(1.0, (now - self.stalled_s) / elapsed)


def stalled_seconds(source: Path = PRESSURE) -> float | None:
    """Seconds in which some process waited for a processor, since boot; None where unknown."""
    try:
        lines = source.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("some "):
            return int(line.rpartition("total=")[2]) / 1e6
    return None


def clock_fell(clocks_mhz: Sequence[float], top_mhz: float | None) -> bool:
    """Whether a device's clock, the median of what was read in a block, is that of a throttled one.

    False where nobody tells.
    """
    if not clocks_mhz or not top_mhz:
        return False
    return statistics.median(list(clocks_mhz)) < CLOCK_FELL * top_mhz


def labelled(block: Block, speed: float | None) -> Block:
    """The block with what disturbed it, as far as ``speed`` of its core and its own times tell."""
    disturbed: Disturbance | None = block.disturbed
    # Where another device works, the processor has little to do.
    if not block.off_processor and block.cpu_s / block.wall_s < CROWDED:
        disturbed = "contended"
    elif speed is not None and speed < THROTTLED:
        disturbed = "throttled"
    return replace(block, disturbed=disturbed)


def sound(blocks: Iterable[Block]) -> int:
    """How many blocks nothing disturbed."""
    return sum(block.disturbed is None for block in blocks)


def disturbance(blocks: Sequence[Block]) -> tuple[Disturbance, str] | None:
    """The outcome of a contender most of whose blocks were disturbed in some replicate, and why.

    None where enough blocks are sound, or at least every second one: then all of them count, what
    disturbed some did the same to the others of the round, and the lower quartile and the median
    over blocks bear it.
    """
    if not any(
        sound(part) < statistics.FEWEST and 2 * sound(part) < len(part)
        for part in comparison.by_replicate(blocks)
    ):
        return None
    kinds: list[Disturbance] = [block.disturbed for block in blocks if block.disturbed]
    kind = max(sorted(set(kinds)), key=kinds.count)
    share = comparison.processor_share(blocks)
    how = {
        "contended": f"it had the processor for {share:.0%} of the time it was timed",
        "throttled": (
            f"its core ran below {THROTTLED:.0%} of the best speed seen, or its device's clock "
            f"below {CLOCK_FELL:.0%} of the highest"
            if any(block.off_processor for block in blocks)
            else f"its core ran below {THROTTLED:.0%} of the best speed seen"
        ),
    }
    return kind, f"{kinds.count(kind)} of {len(blocks)} blocks, taken again included: {how[kind]}"


def foreign_processes(ours: Iterable[int]) -> tuple[str, ...] | None:
    """Who else computes on this machine's NVIDIA devices: process id and name of each.

    Args:
        ours: process ids that belong to the session.

    Returns:
        Nobody is an empty tuple; None where the driver's tool is not there or does not answer.
    """
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    query = [tool, "--query-compute-apps=pid,process_name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    known = {str(process) for process in ours}
    lines = [line.strip() for line in answer.stdout.splitlines() if line.strip()]
    return tuple(line for line in lines if line.partition(",")[0].strip() not in known)

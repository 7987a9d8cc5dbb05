"""Timing one prepared program: how long a sample is, and what one block says.

A sample is one iteration, or so many that neither the clock nor the waiting is felt: 200
microseconds, and a hundred times what waiting costs. A block is samples until its time has
passed, three at least. See ``statistics`` for what is made of it.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from framework_probes.clocks import Clock, Reading
from framework_probes.probe import Adapter, Native, Program
from framework_probes.protocol import Ran
from framework_probes.statistics import lower_quartile, median

#: Shortest time of one sample, in seconds: a thousand times what the clock costs, and short
#: against the milliseconds between preemptions.
SHORTEST_SAMPLE = 200e-6
#: A sample takes at least so many times what waiting costs, which is paid once a sample: draining
#: TensorFlow's devices takes 9 microseconds, and 4% of 200 would decide a verdict.
WAITS = 100
#: Calls take what they take for good once the median of three is within this of it.
STEADY = 1.25
#: Fewest samples of a block: one that was disturbed can then be told from the others.
FEWEST_SAMPLES = 3
#: The same where single calls are samples: a p99 then comes of the six rounds that a result takes.
FEWEST_CALLS = 111
#: Seconds after a switch from another process that are not counted; one sample at least.
BURN_IN_S = 5e-3


def call(adapter: Adapter, program: Program) -> tuple[Native, float]:
    """One iteration, waited for: its result and its wall seconds."""
    start = time.perf_counter()
    result = program.step()
    adapter.wait(result)
    return result, time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Pilot:
    """A first look at a warm program.

    Attributes:
        iteration_s: seconds of an iteration as it will be timed; ``batch``: how many make a sample.
        wait_s: what waiting costs where nothing is left to wait for.
        calls_s: of single calls, each waited for.
    """

    iteration_s: float
    batch: int
    wait_s: float
    calls_s: tuple[float, ...]


def pilot(
    adapter: Adapter, program: Program, budget_s: float = 0.01, *, single: bool = False
) -> Pilot:
    """Find out how long an iteration takes once warm, and how many make one sample.

    ``single``: each call is a sample of its own, however short.
    """
    times: list[float] = []
    end = time.perf_counter() + budget_s
    while len(times) < 3 or (len(times) < 1000 and time.perf_counter() < end):
        result, taken = call(adapter, program)
        times.append(taken)
    wait_s = lower_quartile([seconds(lambda: adapter.wait(result)) for _ in range(20)])
    shortest = max(SHORTEST_SAMPLE, WAITS * wait_s)
    iteration, batch = lower_quartile(times), 1
    if iteration < shortest and not single:
        # Waiting was counted in full; a batch waits once, so it is measured again as it runs.
        batch = ceil(shortest / iteration)
        samples = [_sample(adapter, program, batch)[1] for _ in range(9)]
        iteration = lower_quartile(samples) / batch
        batch = max(batch, ceil(shortest / iteration))
    return Pilot(iteration, batch, wait_s, tuple(times))


def to_steady(calls_s: Sequence[float]) -> float:
    """Seconds of all calls before those that take what calls take for good.

    From the first call whose median with the two after it is within 25% of the lower quartile of
    the last half of the calls on, they count as steady.
    """
    steady = lower_quartile(calls_s[len(calls_s) // 2 :])
    for place in range(len(calls_s) - 2):
        if median(calls_s[place : place + 3]) <= STEADY * steady and calls_s[place] <= 2 * steady:
            return sum(calls_s[:place])
    return sum(calls_s)


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run_block(
    adapter: Adapter,
    program: Program,
    batch: int,
    block_s: float,
    traces: int,
    *,
    last: bool,
    clock: Clock | None = None,
    off_processor: bool = False,
    fewest: int = FEWEST_SAMPLES,
) -> tuple[Ran, Native, int]:
    """One block of samples, the result of one of them, and how many steps led to that.

    The result is the last one where steps keep state, else of a sample picked at random.

    The state is reset first. Then samples are discarded: those after a switch from another
    process cost up to twice as much, as caches and the branch predictor were its.

    Args:
        adapter: of the framework.
        program: its step is what is timed.
        batch: iterations of one sample.
        block_s: wall seconds of the block.
        traces: the adapter's count when the program was prepared.
        last: whether the last result is wanted.
        clock: of the device, read after samples.
        off_processor: whether a device does the work that is not the processor.
        fewest: samples of the block, however long they take.
    """
    with _no_garbage_collection():
        program.reset()
        discarded = _burn_in(adapter, program, batch)
        walls: list[float] = []
        cpus: list[float] = []
        readings: list[Reading] = []
        switches = getrusage(RUSAGE_SELF).ru_nivcsw
        start = time.perf_counter()
        while len(walls) < fewest or time.perf_counter() - start < block_s:
            result, wall, cpu = _sample(adapter, program, batch)
            walls.append(wall)
            cpus.append(cpu)
            # Each sample's result is kept with the same chance, as if drawn at the end (Vitter,
            # Random Sampling with a Reservoir, 1985, algorithm R), and only one held at a time.
            if last or random.random() * len(walls) < 1.0:
                kept, steps = result, batch * (discarded + len(walls))
            result = None  # see _sample
            if clock is not None and clock.per_sample and (said := clock.read()) is not None:
                readings.append(said)
        switches = getrusage(RUSAGE_SELF).ru_nivcsw - switches
    if clock is not None and not clock.per_sample and (said := clock.read()) is not None:
        readings.append(said)
    ran = Ran(
        iterations=batch * len(walls),
        walls_s=tuple(_rounded(wall / batch) for wall in walls),
        cpus_s=tuple(_rounded(cpu / batch) for cpu in cpus),
        switches=switches,
        core=current_core(),
        traces=adapter.traces() - traces,
        off_processor=off_processor,
        clocks_mhz=tuple(now for now, _ in readings),
        top_clock_mhz=readings[0][1] if readings else None,
    )
    return ran, kept, steps


def _rounded(seconds: float) -> float:
    """Five significant digits: a hundredth of what any clock here resolves, and short to keep."""
    return float(f"{seconds:.5g}")


def current_core() -> int | None:
    """The core that this thread runs on now, as the kernel says; None where it does not say."""
    try:
        stat = Path("/proc/thread-self/stat").read_text()
    except OSError:
        return None
    # Fields are counted after the name in parentheses, which may hold spaces: 39 is the third, 36.
    return int(stat.rpartition(")")[2].split()[36])


def reset_peak_memory() -> None:
    """Start counting the peak of resident memory anew, where Linux lets us."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        # Then the peak is that of the whole life of the process: an upper bound.
        return


def peak_memory() -> int | None:
    """Peak resident memory in bytes since the last reset; None where it is not known."""
    return _status("VmHWM:")


def resident_memory() -> int | None:
    """Resident memory now, in bytes; None where it is not known."""
    return _status("VmRSS:")


def _status(name: str) -> int | None:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    return None


def _burn_in(adapter: Adapter, program: Program, batch: int) -> int:
    """Three samples, or fewer where one is long: what was cold is warm after some milliseconds.

    Returns how many.
    """
    end, taken = time.perf_counter() + BURN_IN_S, 0
    while taken < 3 and (taken == 0 or time.perf_counter() < end):
        _sample(adapter, program, batch)
        taken += 1
    return taken


def _sample(adapter: Adapter, program: Program, batch: int) -> tuple[Native, float, float]:
    """The last result, wall seconds, and processor seconds of all threads of this process."""
    step: Callable[[], Native] = program.step
    result: Native = None
    cpu = time.process_time()
    start = time.perf_counter()
    for _ in range(batch):
        # Let go of first: two results that take turns need twice the cache, which made an addition
        # of some megabytes 15% slower than by timers that keep none.
        result = None
        result = step()
    adapter.wait(result)
    wall = time.perf_counter() - start
    return result, wall, time.process_time() - cpu


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    # Not collected first: that takes a framework's process a tenth of a second, ten blocks.
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

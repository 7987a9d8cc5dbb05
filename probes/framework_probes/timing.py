"""Timing one prepared program: how long a sample is, and what one block says.

A sample is one iteration, or so many that it takes 200 microseconds, where the clock and the
waiting would be felt. A block is samples until its time has passed, three at least. See
``statistics`` for what is made of it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from framework_probes.probe import Adapter, Native, Program
from framework_probes.protocol import Ran
from framework_probes.statistics import lower_quartile

#: Shortest time of one sample, in seconds: 20 times what waiting for TensorFlow's devices costs
#: where nothing is left to wait for, and short against the milliseconds between preemptions.
SHORTEST_SAMPLE = 200e-6
#: Fewest samples of a block: one that was disturbed can then be told from the others.
FEWEST_SAMPLES = 3
#: Seconds after a switch from another process that are not counted; one sample at least.
BURN_IN_S = 5e-3


def call(adapter: Adapter, program: Program) -> tuple[Native, float]:
    """One iteration, waited for: its result and its wall seconds."""
    start = time.perf_counter()
    result = program.step()
    adapter.wait(result)
    return result, time.perf_counter() - start


def pilot(adapter: Adapter, program: Program, seconds: float = 0.01) -> tuple[float, int]:
    """Seconds of an iteration once warm, and how many make one sample."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or (len(times) < 1000 and time.perf_counter() < end):
        times.append(call(adapter, program)[1])
    iteration = lower_quartile(times)
    if iteration >= SHORTEST_SAMPLE:
        return iteration, 1
    # The pilot counted waiting in full; a batch waits once, so it is measured again as it runs.
    batch = ceil(SHORTEST_SAMPLE / iteration)
    samples = [_sample(adapter, program, batch)[1] for _ in range(9)]
    iteration = lower_quartile(samples) / batch
    return iteration, max(batch, ceil(SHORTEST_SAMPLE / iteration))


def run_block(
    adapter: Adapter, program: Program, batch: int, seconds: float, traces: int
) -> tuple[Ran, Native]:
    """One block of samples, and the result of its last iteration.

    The state is reset first. Then samples are discarded: those after a switch from another
    process cost up to twice as much, as caches and the branch predictor were its.

    ``traces``: the adapter's count when the program was prepared.
    """
    with _no_garbage_collection():
        program.reset()
        _burn_in(adapter, program, batch)
        walls: list[float] = []
        cpus: list[float] = []
        switches = getrusage(RUSAGE_SELF).ru_nivcsw
        start = time.perf_counter()
        while len(walls) < FEWEST_SAMPLES or time.perf_counter() - start < seconds:
            result, wall, cpu = _sample(adapter, program, batch)
            walls.append(wall)
            cpus.append(cpu)
        switches = getrusage(RUSAGE_SELF).ru_nivcsw - switches
    ran = Ran(
        iterations=batch * len(walls),
        walls_s=tuple(_rounded(wall / batch) for wall in walls),
        cpus_s=tuple(_rounded(cpu / batch) for cpu in cpus),
        switches=switches,
        core=current_core(),
        traces=adapter.traces() - traces,
    )
    return ran, result


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
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def _burn_in(adapter: Adapter, program: Program, batch: int) -> None:
    """Three samples, or fewer where one is long: what was cold is warm after some milliseconds."""
    end = time.perf_counter() + BURN_IN_S
    for _ in range(3):
        _sample(adapter, program, batch)
        if time.perf_counter() >= end:
            return


def _sample(adapter: Adapter, program: Program, batch: int) -> tuple[Native, float, float]:
    """The last result, wall seconds, and processor seconds of all threads of this process."""
    step: Callable[[], Native] = program.step
    cpu = time.process_time()
    start = time.perf_counter()
    for _ in range(batch):
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

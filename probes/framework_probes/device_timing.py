"""What only another device than the processor needs: its own clock, and its cache cold and warm.

Wall time, waiting included, is what every framework is compared by. A device's own events are read
beside it, in samples of their own: recording them costs time that others do not pay.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from framework_probes.probe import Adapter, DeviceTimer, Native, Program
from framework_probes.results import CacheTimes
from framework_probes.statistics import lower_quartile

#: Samples that the device times itself, in each block.
SAMPLES = 3
#: What is read, and as much written, to leave nothing of use in any device's last cache: the
#: largest hold 256 MiB (AMD MI300X). nvbench flushes the cache before each cold sample likewise.
FLUSHED_BYTES = 256 << 20
#: Single iterations, warm and cold in turns.
ITERATIONS = 10


def by_device(adapter: Adapter, program: Program, batch: int) -> tuple[tuple[float, ...], Native]:
    """Seconds of an iteration by the device's own clock, of some samples, and the last result.

    Nothing is run where there is no such clock.
    """
    timer = adapter.timer()
    if timer is None:
        return (), None
    timed = [_timed(adapter, timer, program.step, batch) for _ in range(SAMPLES)]
    return tuple(seconds / batch for seconds, _ in timed), timed[-1][1]


def cache_times(adapter: Adapter, program: Program) -> CacheTimes | None:
    """One iteration with its data in the cache as the last one left it, and with a cache flushed.

    By the device's events where it has some; else by wall time, waiting included. None where the
    device has no memory left for what is flushed with.
    """
    timer = adapter.timer()
    warm, cold = [], []
    try:
        buffer = adapter.array(np.zeros(FLUSHED_BYTES // 4, np.float32))
        adapter.wait(buffer + 1.0)
        for _ in range(ITERATIONS):
            adapter.wait(program.step())
            warm.append(_single(adapter, timer, program))
            adapter.wait(buffer + 1.0)
            cold.append(_single(adapter, timer, program))
    except (MemoryError, RuntimeError):
        return None
    finally:
        program.reset()
    return CacheTimes(
        "wall" if timer is None else "events",
        lower_quartile(warm),
        lower_quartile(cold),
        FLUSHED_BYTES,
    )


def _single(adapter: Adapter, timer: DeviceTimer | None, program: Program) -> float:
    if timer is not None:
        return _timed(adapter, timer, program.step, 1)[0]
    start = time.perf_counter()
    adapter.wait(program.step())
    return time.perf_counter() - start


def _timed(
    adapter: Adapter, timer: DeviceTimer, step: Callable[[], Native], iterations: int
) -> tuple[float, Native]:
    timer.start()
    result: Native = None
    for _ in range(iterations):
        result = None  # let go of first, as where wall time is taken
        result = step()
    timer.stop()
    adapter.wait(result)
    return timer.seconds(), result

"""Waits of known length, as a catalogue: what the clock selftest has a worker time.

A wait is a loop that looks at the kernel's raw monotonic clock, which is not the one that blocks
are timed by, until so many nanoseconds have passed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from framework_probes.catalogue import SUITES as _SUITES
from framework_probes.catalogue import matmul
from framework_probes.probe import Adapter, Array, Arrays, Builder, Probe, Program

#: Lengths in nanoseconds; 0 is a step that does nothing, by which the loop itself is timed.
LENGTHS = (0, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
SUITES = _SUITES
_DONE = np.ones(1, np.float32)


def name(length: int) -> str:
    """The id of the wait of so many nanoseconds."""
    return f"wait_{length}_ns"


def wait(length: int) -> Callable[[], Array]:
    """A step that returns after so many nanoseconds of the raw clock, or a few more."""
    clock = getattr(time, "CLOCK_MONOTONIC_RAW", time.CLOCK_MONOTONIC)
    look = time.clock_gettime_ns

    def step() -> Array:
        end = look(clock) + length
        while look(clock) < end:
            pass
        return _DONE

    return step


def _nothing() -> Array:
    return _DONE


def _builder(length: int) -> Builder:
    def build(_adapter: Adapter, _inputs: Arrays) -> Program:
        return Program(
            step=wait(length) if length else _nothing,
            read=lambda result: {"done": result},
            layout="none",
        )

    return build


def _probe(length: int) -> Probe:
    return replace(
        matmul.PROBE,
        id=name(length),
        title="A wait",
        measures=f"Waiting {length} ns.",
        shape="1",
        flops=1,
        bytes=4,
        reference_kind="numpy",
        data=(),
        draw=lambda _: {"done": _DONE},
        solve=dict,
        builders={"numpy": _builder(length)},
    )


CATALOGUE: Mapping[str, Probe] = MappingProxyType(
    {probe.id: probe for probe in map(_probe, LENGTHS)}
)

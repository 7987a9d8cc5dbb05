"""Busy loops that want every core, as a neighbour would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from framework_probes.host import usable_cores

#: Ends by itself when its parent is gone, however that ended.
_LOOP = """
import os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {int(sys.argv[2])})
while os.getppid() == int(sys.argv[1]):
    for _ in range(1_000_000):
        pass
"""


@contextmanager
def busy(cores: Sequence[int] | None = None) -> Iterator[int]:
    """One loop on each core, or on each of those named; yields how many. Reaped at the end."""
    chosen = usable_cores() if cores is None else cores
    loops = [
        subprocess.Popen([sys.executable, "-c", _LOOP, str(os.getpid()), str(core)])
        for core in chosen
    ]
    try:
        yield len(loops)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@contextmanager
def perhaps(stressed: bool) -> Iterator[int]:
    """Busy loops on all cores if ``stressed``, else none."""
    if not stressed:
        yield 0
        return
    with busy() as loops:
        yield loops

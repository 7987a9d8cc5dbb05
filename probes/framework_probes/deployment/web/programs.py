"""Programs of the system that a runtime needs, and the memory that they took."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from framework_probes.devices import DeviceMissing


class ProgramMissing(DeviceMissing):
    """A program is not on the path. The message says what to install."""


def program(what: str, *names: str) -> str:
    """The first of these that is on the path.

    Raises:
        ProgramMissing: none is.
    """
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise ProgramMissing(f"{what} is not on the path as {' or '.join(names)}; install it")
    return found


def peak_of_children(word: str) -> int | None:
    """Largest peak of resident memory among descendants with this in their command line, bytes."""
    peaks = [_peak(each) for each in _descendants() if word in _command(each)]
    return max(filter(None, peaks), default=None)


def _descendants() -> Iterator[Path]:
    try:
        parents = {int(p.name): _parent(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
    except OSError:
        return
    for process in parents:
        above: int | None = process
        while above and above != os.getpid():
            above = parents.get(above)
        if above and process != os.getpid():
            yield Path("/proc", str(process))


def _parent(process: Path) -> int | None:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return None


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _peak(process: Path) -> int | None:
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return None
    found = next((line for line in lines if line.startswith("VmHWM:")), None)
    return int(found.split()[1]) * 1024 if found else None

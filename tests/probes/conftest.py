"""Faults to inject, and a look at which worker processes are left."""

import os
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from framework_probes.process import WorkerProcess
from framework_probes.seats import Setup

HERE = Path(__file__).parent
FAULTY = "faulty_catalogue"


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Setup]:
    """Makes setups whose catalogue goes wrong, with time limits that tests can wait for."""
    monkeypatch.syspath_prepend(str(HERE))

    def setup(**limits: float) -> Setup:
        # Ceilings that are rough: no test here looks at them.
        return Setup(catalogue=FAULTY, import_paths=(HERE,), peak_s=0.01, **limits)

    return setup


@pytest.fixture
def open_worker(tmp_path: Path) -> Iterator[Callable[[], WorkerProcess]]:
    """Starts workers that are reaped when the test ends."""
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        folder = tmp_path / str(len(started))
        worker = WorkerProcess(sys.executable, folder, catalogue=FAULTY, import_paths=(HERE,))
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.close()


@pytest.fixture
def workers_of() -> Callable[[int], set[int]]:
    """Ids of the worker processes that a process started and that live."""

    def find(parent: int) -> set[int]:
        found = set()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
                command = (stat.parent / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            ours = b"framework_probes.worker" in command
            if ours and int(fields[1]) == parent and fields[0] != "Z":
                found.add(int(stat.parent.name))
        return found

    return find


@pytest.fixture
def watch() -> Iterator[Callable[[set[int]], Callable[[], bool]]]:
    """Watches processes that live; what it returns waits until all of them have ended."""
    descriptors: list[int] = []

    def start(processes: set[int]) -> Callable[[], bool]:
        mine = [os.pidfd_open(process) for process in processes]
        descriptors.extend(mine)
        # A descriptor of a process becomes readable when it ends: no polling.
        return lambda: all(select.select([descriptor], [], [], 30.0)[0] for descriptor in mine)

    yield start
    for descriptor in descriptors:
        os.close(descriptor)

"""Faults to inject, and a look at which worker processes are left."""

import os
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from framework_probes import conclusions, protocol
from framework_probes.catalogue import CATALOGUE
from framework_probes.conclusions import Circumstances
from framework_probes.entries import Entry, Replicate, block_of
from framework_probes.process import WorkerProcess
from framework_probes.protocol import Prepared, Ran
from framework_probes.results import Contender, Equality, Pair, Result
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
def opened(tmp_path: Path) -> Iterator[Callable[[str, str | None], WorkerProcess]]:
    """Starts workers on the real catalogue, their framework imported."""
    started: list[WorkerProcess] = []

    def start(framework: str, backend: str | None) -> WorkerProcess:
        folder = tmp_path / f"real-{len(started)}"
        worker = WorkerProcess(sys.executable, folder, catalogue="framework_probes.catalogue")
        started.append(worker)
        assert isinstance(worker.ask(protocol.Load(framework, backend), 240.0), protocol.Loaded)
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


@pytest.fixture
def made_run() -> tuple[list[Result], list[Pair]]:
    """Results and pairs of one probe and two contenders, concluded from blocks made by hand."""
    equality = Equality("NumPy float64", ("product",), 1e-7, 2e-5)
    prepared = Prepared(0.5, 0.01, 1e-3, 1, equality, "row-major", None, 100, 0.6, 1e-6)
    made = []
    for factor, framework in ((1.0, "jax"), (2.0, "pytorch")):
        replicates = []
        for number in range(2):
            blocks = [
                block_of(
                    Ran(2, (factor * s, factor * s * 1.1), (factor * s,) * 2, 3, 1, 0), n, number, n
                )
                for n, s in enumerate([1.0e-3, 1.01e-3, 0.99e-3, 1.0e-3, 1.02e-3, 0.98e-3])
            ]
            replicates.append(Replicate(prepared, 1.5, "env_1", blocks, {1}))
        contender = Contender(framework, None, "compiled")  # type: ignore[arg-type]
        made.append(Entry(contender, replicates))
    where = Circumstances("run_1", "host_1", "cpu", 1, "pinned", 0.5)
    conclusions.judge(made, "over")
    found = list(conclusions.results(CATALOGUE["matmul"], made, where, None))
    return found, conclusions.pairs(CATALOGUE["matmul"], made, where)

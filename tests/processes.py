"""Looking at real processes: which there are, and waiting for what they will do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Self, TypeVar

import httpx

Value = TypeVar("Value")


def eventually(look: Callable[[], Value], seconds: float = 30.0) -> Value:
    """What ``look`` returns once it is true; fails after a while."""
    deadline = time.monotonic() + seconds
    while not (value := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return value


def _parents() -> dict[int, tuple[int, str]]:
    """Of every process its parent and its state."""
    found: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            found[int(entry.name)] = (int(parent), state)
    return found


def children(pid: int) -> set[int]:
    """Ids of the processes that it is the parent of."""
    return {child for child, (parent, _) in _parents().items() if parent == pid}


def zombies(pid: int) -> set[int]:
    """Its children that have ended and that it has not reaped."""
    return {child for child, (up, state) in _parents().items() if up == pid and state == "Z"}


def descendants(pid: int) -> set[int]:
    """Ids of the processes below that one."""
    parents = {child: parent for child, (parent, _) in _parents().items()}
    below: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in below | {pid}} - below:
        below |= new
    return below


def alive(pids: set[int]) -> set[int]:
    """Those that still run; a zombie does not."""
    running = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            running.add(pid)
    return running


def environment(data_dir: Path, database_url: str | None = None) -> dict[str, str]:
    """The environment of a child of the tests: the same packages, a data directory, a store."""
    store = {"FRAMEWORK_ADVISOR_DATABASE_URL": database_url} if database_url else {}
    return (
        os.environ
        | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "FRAMEWORK_ADVISOR_DATA_DIR": str(data_dir),
        }
        | store
    )


#: What the command line is started by.
ADVISOR = (sys.executable, "-m", "framework_advisor.cli")


def advisor(
    *arguments: str,
    data_dir: Path,
    stderr: int | IO[str] = subprocess.PIPE,
    database_url: str | None = None,
    program: Sequence[str] = ADVISOR,
) -> subprocess.Popen[str]:
    """The command line, started."""
    return subprocess.Popen(
        [*program, *arguments],
        env=environment(data_dir, database_url),
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


class Server:
    """``framework-advisor serve``, by default on a free port, ready for requests.

    ``program``: what stands for ``framework-advisor``.
    """

    def __init__(
        self,
        data_dir: Path,
        database_url: str | None = None,
        *,
        program: Sequence[str] = ADVISOR,
        port: int = 0,
    ) -> None:
        self.data_dir = data_dir
        # A file, because nobody reads while the test goes on: a full pipe would stop the server.
        log = data_dir / "server.log"
        with log.open("a") as stderr:
            self.process = advisor(
                "serve",
                "--port",
                str(port),
                data_dir=data_dir,
                stderr=stderr,
                database_url=database_url,
                program=program,
            )
        assert self.process.stdout is not None
        self.greeting = [self.process.stdout.readline() for _ in range(3)]
        assert self.greeting[0], log.read_text()
        self.url = next(word for word in self.greeting[0].split() if word.startswith("http"))
        self.client = httpx.Client(base_url=self.url, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.process.terminate()
        try:
            self.process.communicate(timeout=10)
        finally:
            self.process.kill()

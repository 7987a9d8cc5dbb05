"""``POST /v1/recommendations`` under load, beside the decision alone and a bare endpoint.

Servers run on one core and the client on another one. The bare endpoint reads the same body into
the same model and returns a stored answer of the same size; it keeps nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from benchmarks.decision import EXAMPLES
from benchmarks.figure import Figure
from framework_advisor import Advisor, parse_profile
from framework_advisor.decision.measurements import Measurements
from framework_advisor.probe_facts import probe_facts

CONCURRENCY = 16
#: Requests of one turn: of a repeated profile, and of profiles that are all different.
REPEATED, DIFFERENT = 2_000, 160
TURNS = 7
#: Requests over which memory must not grow, and where it is looked at first: caches are full then.
MANY, SETTLED = 50_000, 5_000
PROFILE = EXAMPLES / "llm_fine_tune.json"
PATH = "/v1/recommendations"
BARE = """
import sys
from pathlib import Path
import uvicorn
from litestar import Litestar, Request, Response, post
from framework_advisor import parse_profile
answer = Path(sys.argv[1]).read_bytes()
@post("/v1/recommendations")
async def stored(request: Request) -> Response[bytes]:
    parse_profile(await request.body())
    return Response(answer, status_code=201, media_type="application/json")
app = Litestar([stored], logging_config=None, openapi_config=None)
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def measure() -> list[Figure]:
    """Requests a second and their ratios; memory and growth of the store over many requests."""
    with tempfile.TemporaryDirectory() as folder, _cores() as (servers, _):
        ours = [sys.executable, "-m", "framework_advisor.cli", "serve", "--port"]
        with _serving(ours, Path(folder), servers) as server:
            answer = Path(folder) / "answer.json"
            answer.write_bytes(_once(server.port, PROFILE.read_bytes()))
            bare = [sys.executable, "-c", BARE, str(answer)]
            with _serving(bare, Path(folder), servers) as plain:
                repeated = [
                    *_beside_bare("a repeated profile", server.port, plain.port),
                    *_beside_bare("the same, not kept", server.port, plain.port, "?store=false"),
                ]
            different = _beside_core(server.port, servers)
            return [*repeated, *different, *_many(server, Path(folder))]


@dataclass(frozen=True)
class _Turn:
    """What one turn of requests gave: each one's seconds, and how many failed."""

    seconds: float
    each: tuple[float, ...]
    errors: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.each) / self.seconds

    @property
    def tail(self) -> float:
        """p99 over p50."""
        cuts = quantiles(self.each, n=100)
        return cuts[98] / cuts[49]


def _beside_bare(name: str, ours: int, bare: int, query: str = "") -> list[Figure]:
    body = PROFILE.read_bytes()
    pairs = _alternately(
        lambda: _asked(ours, [body] * REPEATED, query), lambda: _asked(bare, [body] * REPEATED)
    )
    return [
        _ratio(name, "requests/s", pairs, lambda turn: turn.rate, "bare endpoint"),
        _ratio(f"p99/p50, {name}", "", pairs, lambda turn: turn.tail, "bare endpoint"),
        _errors(name, [turn for turn, _ in pairs]),
    ]


def _beside_core(port: int, core: set[int]) -> list[Figure]:
    numbers = count()
    given = json.loads(PROFILE.read_bytes())
    advisor = Advisor(measurements=Measurements(catalogue=probe_facts()))

    def bodies() -> list[bytes]:
        return [
            json.dumps({**given, "name": f"number {next(numbers)}"}).encode()
            for _ in range(DIFFERENT)
        ]

    def alone() -> _Turn:
        profiles = [parse_profile(body) for body in bodies()]
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, core)
        start = time.perf_counter()
        for profile in profiles:
            advisor.recommend(profile)
        seconds = time.perf_counter() - start
        os.sched_setaffinity(0, before)
        return _Turn(seconds, (0.0,) * len(profiles), 0)

    pairs = _alternately(lambda: _asked(port, bodies()), alone)
    name = "the decision core alone"
    return [
        _ratio("profiles all different", "requests/s", pairs, lambda turn: turn.rate, name),
        _errors("profiles all different", [turn for turn, _ in pairs]),
    ]


def _many(server: _Serving, folder: Path) -> list[Figure]:
    body = PROFILE.read_bytes()
    settled = _asked(server.port, [body] * SETTLED)
    before, bytes_before = server.resident_mib(), _size(folder)
    rest = _asked(server.port, [body] * (MANY - SETTLED))
    after, bytes_after = server.resident_mib(), _size(folder)
    grown = (bytes_after - bytes_before) / (MANY - SETTLED) / 1024
    return [
        _alone(f"memory after {SETTLED} requests", "MiB", before),
        _alone(f"memory after {MANY} requests", "MiB", after),
        _alone("growth of the store, a repeated profile", "KiB a request", grown),
        _errors(f"{MANY} requests", [settled, rest]),
    ]


def _alternately(
    ours: Callable[[], _Turn], theirs: Callable[[], _Turn]
) -> list[tuple[_Turn, _Turn]]:
    ours(), theirs()
    return [
        (ours(), theirs()) if turn % 2 == 0 else (theirs(), ours())[::-1] for turn in range(TURNS)
    ]


def _ratio(
    name: str,
    unit: str,
    pairs: list[tuple[_Turn, _Turn]],
    value: Callable[[_Turn], float],
    baseline: str,
) -> Figure:
    values = [(value(a), value(b)) for a, b in pairs]
    low, middle, high = quantiles([a / b for a, b in values], n=4)
    return Figure(
        f"{name}, {CONCURRENCY} at a time",
        unit,
        median(a for a, _ in values),
        median(b for _, b in values),
        baseline,
        (low, middle, high),
        len(pairs),
    )


def _errors(name: str, turns: list[_Turn]) -> Figure:
    asked = sum(len(turn.each) for turn in turns)
    return Figure(
        f"errors, {name}", "", sum(t.errors for t in turns), None, "", None, samples=asked
    )


def _alone(name: str, unit: str, value: float) -> Figure:
    return Figure(name, unit, value, None, "", None, 1)


# --- The client: no library, so that it costs little beside what it asks -----------------------


def _once(port: int, body: bytes) -> bytes:
    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        status, answer = await _exchange(reader, writer, _request(port, body))
        writer.close()
        if status != 201:
            raise RuntimeError(f"{status}: {answer[:300]!r}")
        return answer

    return asyncio.run(ask())


def _asked(port: int, bodies: list[bytes], query: str = "") -> _Turn:
    """Ask with each body, so many at a time."""
    waiting = iter([_request(port, body, query) for body in bodies])
    each: list[float] = []
    errors = 0

    async def ask() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            start = time.perf_counter()
            status, _ = await _exchange(reader, writer, request)
            each.append(time.perf_counter() - start)
            errors += status not in (200, 201)
        writer.close()
        await writer.wait_closed()

    async def all_of_them() -> float:
        start = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(CONCURRENCY)))
        return time.perf_counter() - start

    seconds = asyncio.run(all_of_them())
    return _Turn(seconds, tuple(each), errors)


def _request(port: int, body: bytes, query: str = "") -> bytes:
    head = (
        f"POST {PATH}{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[int, bytes]:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    return int(head[9:12]), await reader.readexactly(length)


# --- The servers -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Serving:
    """A server that is ready."""

    port: int
    process: subprocess.Popen[bytes]

    def resident_mib(self) -> float:
        """Its resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


@contextmanager
def _serving(command: list[str], folder: Path, cores: set[int]) -> Iterator[_Serving]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    process = subprocess.Popen(
        [*command, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"FRAMEWORK_ADVISOR_DATA_DIR": str(folder)},
    )
    try:
        os.sched_setaffinity(process.pid, cores)
        while not _listens(port):
            if process.poll() is not None:
                raise RuntimeError(f"{command[:3]} ended before it was ready")
            time.sleep(0.01)
        yield _Serving(port, process)
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


@contextmanager
def _cores() -> Iterator[tuple[set[int], set[int]]]:
    """Cores for the servers and for this process; the same where there is only one."""
    allowed = sorted(os.sched_getaffinity(0))
    servers, client = {allowed[-1]}, {allowed[0]}
    os.sched_setaffinity(0, client)
    try:
        yield servers, client
    finally:
        os.sched_setaffinity(0, set(allowed))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("advisor.sqlite3*"))

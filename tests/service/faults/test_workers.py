"""Workers that go wrong below a real server: one result is lost, with its reason, and no more."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from processes import Server, alive, children, descendants, eventually, zombies

Faulty = Callable[..., tuple[str, ...]]
#: Which probes it is that go wrong the program says, see ``faulty_probes``.
ASKED = {"frameworks": ["jax"], "probes": ["matmul"]}


def begun(server: Server) -> str:
    response = server.client.post("/v1/probe-runs", json=ASKED)
    assert response.status_code == 202
    return str(response.headers["location"])


def ended(server: Server, where: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        run: dict[str, Any] = server.client.get(where).json()
        return run if run["finished_at"] else None

    return eventually(look, 120)


def outcomes(server: Server, where: str) -> dict[tuple[str, str], tuple[str, str | None]]:
    results = server.client.get(f"{where}/results").json()["results"]
    return {(r["probe"], r["tier"]): (r["outcome"], r["reason"]) for r in results}


def nothing_is_left(server: Server, below: set[int]) -> bool:
    """No process of the run, none that nobody reaped, and a server that goes on."""
    return (
        not alive(below)
        and not zombies(server.process.pid)
        and server.client.get("/health/ready").status_code == 200
    )


def test_a_worker_that_segfaults_loses_its_own_result_alone(tmp_path: Path, faulty: Faulty) -> None:
    with Server(tmp_path, program=faulty("segfaults", "has_no_kernel")) as server:
        where = begun(server)
        below = descendants(server.process.pid)
        run = ended(server, where)
        assert run["counts"] == {"crash": 2, "unsupported": 2}
        found = outcomes(server, where)
        for tier in ("eager", "compiled"):
            outcome, reason = found["segfaults", tier]
            assert (outcome, str(reason).partition(":")[0]) == ("crash", "SIGSEGV")
        eventually(lambda: nothing_is_left(server, below))


def test_a_worker_that_hangs_is_killed_and_the_rest_measured(
    tmp_path: Path, faulty: Faulty
) -> None:
    with Server(
        tmp_path, program=faulty("hangs_in_native_code", "has_no_kernel", prepare_s=6.0)
    ) as server:
        where = begun(server)
        ended(server, where)
        found = outcomes(server, where)
        hung = ("timeout", "prepare: no answer within 6 s")
        assert found["hangs_in_native_code", "compiled"] == hung
        assert found["hangs_in_native_code", "eager"][0] not in ("timeout", "not_run")
        assert found["has_no_kernel", "compiled"][0] == "unsupported"
        assert not zombies(server.process.pid)


@pytest.mark.parametrize(
    ("fault", "said"),
    [("eats_memory", "MemoryError"), ("eats_memory_in_native_code", "SIGABRT")],
)
def test_a_worker_that_eats_memory_gets_no_more_and_says_so(
    tmp_path: Path, faulty: Faulty, fault: str, said: str
) -> None:
    with Server(tmp_path, program=faulty(fault, memory_bytes=2 << 30)) as server:
        where = begun(server)
        ended(server, where)
        found = outcomes(server, where)
        outcome, reason = found[fault, "eager"]
        # Its own words: the kernel had not to end it.
        assert (outcome, str(reason).partition(":")[0]) == ("oom", said)
        assert found[fault, "compiled"][0] not in ("oom", "crash", "not_run"), found


def in_native_code(server: Server, home: Path) -> tuple[str, set[int]]:
    """A run with a worker that is in native code; where it is, and every process below."""
    where = begun(server)
    eventually((home / "hangs").exists, 60)
    below = descendants(server.process.pid)
    assert len(below) >= 3, "the probes, the worker of NumPy and the one that hangs"
    return where, below


def test_a_run_is_cancelled_while_a_worker_is_in_native_code(
    tmp_path: Path, faulty: Faulty
) -> None:
    with Server(tmp_path, program=faulty("raises", "hangs_in_native_code")) as server:
        where, below = in_native_code(server, tmp_path)
        cancelled = server.client.delete(where).json()
        assert cancelled["status"] == "cancelled"
        assert cancelled["counts"] == {"crash": 2}
        assert not alive(below)
        assert nothing_is_left(server, below)


def test_probes_that_are_killed_take_their_workers_and_compilers_along(
    tmp_path: Path, faulty: Faulty
) -> None:
    with Server(tmp_path, program=faulty("raises", "leaves_a_compiler")) as server:
        where = begun(server)
        eventually((tmp_path / "compiles").exists, 60)
        compiler = int(eventually((tmp_path / "compiles").read_text))
        below = descendants(server.process.pid)
        assert compiler in below
        (probes,) = children(server.process.pid)
        os.kill(probes, signal.SIGKILL)
        run = ended(server, where)
        assert run["status"] == "failed"
        assert "killed by SIGKILL" in run["message"]
        assert run["counts"] == {"crash": 2}
        eventually(lambda: nothing_is_left(server, below))


def test_a_killed_server_takes_a_worker_in_native_code_along(
    tmp_path: Path, faulty: Faulty
) -> None:
    with Server(tmp_path, program=faulty("hangs_in_native_code")) as server:
        _, below = in_native_code(server, tmp_path)
        assert alive(below)
        server.process.kill()
        server.process.communicate()
        assert eventually(lambda: not alive(below))


def test_a_server_that_is_asked_to_end_does_so_with_streams_open_and_a_run_going(
    tmp_path: Path, faulty: Faulty
) -> None:
    program = faulty("raises", "hangs_in_native_code")
    with Server(tmp_path, program=program) as server:
        where, below = in_native_code(server, tmp_path)
        streams = [server.client.stream("GET", f"{where}/events") for _ in range(3)]
        lines = [stream.__enter__().iter_lines() for stream in streams]
        assert all(next(each) == "retry: 2000" for each in lines)
        server.process.terminate()
        # What the contract allows.
        server.process.communicate(timeout=5)
        assert not alive(below)
        for stream in streams:
            stream.__exit__(None, None, None)
    with Server(tmp_path, program=program) as server:
        run = server.client.get(where).json()
        assert (run["status"], run["counts"]) == ("interrupted", {"crash": 2})

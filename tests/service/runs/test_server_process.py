"""A server with a real probe run, ended in every way: nothing is lost, nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from processes import Server, advisor, alive, descendants, eventually

PATH = "/v1/probe-runs"
#: Long enough to be caught in the middle, short enough to wait for its first result.
LONG = {
    "frameworks": ["jax"],
    "probes": ["encoder_block", "conv_block", "matmul", "dispatch"],
}


def run_of(server: Server, where: str) -> dict[str, Any]:
    run: dict[str, Any] = server.client.get(where).json()
    return run


def in_the_middle(server: Server, request: dict[str, Any] = LONG) -> tuple[str, set[int]]:
    """Starts a run and waits until some of it is kept; where it is, and every process below."""
    where = server.client.post(PATH, json=request).headers["location"]
    eventually(lambda: run_of(server, where)["counts"], 90)
    assert run_of(server, where)["status"] == "running"
    return where, descendants(server.process.pid)


def ended_by(server: Server, end: Callable[[], object]) -> tuple[str, set[int]]:
    """The run, and the processes there were; the server is gone within 5 s."""
    where, below = in_the_middle(server)
    assert len(below) >= 2, "the probes and at least one worker"
    end()
    server.process.communicate(timeout=5)
    return where, below


def interrupted(data_dir: Path, where: str) -> None:
    """What the next server says of the run."""
    with Server(data_dir) as again:
        run = run_of(again, where)
        assert run["status"] == "interrupted"
        assert run["finished_at"]
        results = again.client.get(f"{where}/results").json()["results"]
        assert len(results) == sum(run["counts"].values()) >= 1


def test_a_killed_server_leaves_results_and_no_process(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        where, below = ended_by(server, server.process.kill)
    assert eventually(lambda: not alive(below), 10)
    interrupted(tmp_path, where)


def test_a_server_that_is_asked_to_end_interrupts_its_run_in_time(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        where, below = ended_by(server, server.process.terminate)
    assert not alive(below)
    interrupted(tmp_path, where)


def test_a_cancelled_run_leaves_no_process_and_the_server_goes_on(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        where, below = in_the_middle(server)
        cancelled = server.client.delete(where).json()
        assert cancelled["status"] == "cancelled"
        assert cancelled["counts"]
        eventually(lambda: not alive(below), 5)
        assert server.client.get("/health/ready").status_code == 200


def test_server_and_command_line_do_not_measure_at_once(tmp_path: Path) -> None:
    asked = ("--frameworks", "jax", "--probes", "matmul")
    # In three processes for each probe it outlasts the start of a command line on a busy machine.
    outlasting = LONG | {"suite": "full"}
    with Server(tmp_path) as server:
        where, _ = in_the_middle(server, outlasting)
        with advisor("probe", "run", *asked, data_dir=tmp_path) as other:
            try:
                assert other.stderr is not None
                assert where.rpartition("/")[2] in other.stderr.readline()
                assert run_of(server, where)["status"] == "running"
                assert server.client.get(PATH).json()["total"] == 1
                assert server.client.delete(where).json()["status"] == "cancelled"
                out, _ = other.communicate(timeout=120)
            finally:
                other.kill()
        assert "matmul" in out
        assert server.client.get(PATH).json()["total"] == 2

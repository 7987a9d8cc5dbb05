"""``kill -9`` of the server at each stage of a run, and of everything at once at any moment."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from framework_advisor.runs.lock import HostLock
from processes import Server, alive, descendants, eventually

Serving = Callable[..., tuple[str, ...]]
PATH = "/v1/probe-runs"
#: Two probes of two contenders each.
ASKED = {"frameworks": ["jax"], "probes": ["matmul", "dispatch"]}


def run_at(server: Server, where: str) -> dict[str, Any]:
    found: dict[str, Any] = server.client.get(where).json()
    return found


def ended(server: Server, where: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        run = run_at(server, where)
        return run if run["finished_at"] else None

    return eventually(look)


def results_at(server: Server, where: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.client.get(f"{where}/results").json()["results"]
    return found


def events_at(server: Server, where: str) -> list[int]:
    """The numbers of all events of a run that has ended."""
    lines = server.client.get(f"{where}/events").text.splitlines()
    return [int(line.removeprefix("id: ")) for line in lines if line.startswith("id: ")]


def measured(folder: Path) -> Counter[str]:
    file = folder / "measured"
    return Counter(file.read_text().split() if file.exists() else [])


@pytest.mark.parametrize(
    ("stage", "kept", "again"),
    [
        ("starting", 0, {"matmul": 1, "dispatch": 1}),
        ("measuring", 0, {"matmul": 1, "dispatch": 1}),
        ("result 1", 1, {"matmul": 2, "dispatch": 1}),
        ("result 2", 2, {"matmul": 1, "dispatch": 1}),
        ("result 3", 3, {"matmul": 1, "dispatch": 2}),
        ("ending", 4, {"matmul": 1, "dispatch": 1}),
    ],
)
def test_a_run_of_a_killed_server_is_interrupted_and_goes_on_without_repeating(
    tmp_path: Path, serving: Serving, stage: str, kept: int, again: dict[str, int]
) -> None:
    program = serving("staged_probes.py", tmp_path)
    (tmp_path / "hold").write_text(stage)
    with Server(tmp_path, program=program) as server:
        where = server.client.post(PATH, json=ASKED).headers["location"]
        eventually((tmp_path / "reached").exists)
        eventually(lambda: sum(run_at(server, where)["counts"].values()) == kept)
        below = descendants(server.process.pid)
        assert below
        server.process.kill()
        server.process.communicate()
    eventually(lambda: not alive(below))
    (tmp_path / "hold").unlink()
    with Server(tmp_path, program=program) as server:
        stopped = run_at(server, where)
        assert stopped["status"] == "interrupted"
        assert stopped["finished_at"]
        before = results_at(server, where)
        assert len(before) == sum(stopped["counts"].values()) == kept
        resumed = server.client.post(f"{where}/resume")
        assert resumed.status_code == 202
        assert resumed.headers["location"] == where
        assert resumed.json()["id"] == stopped["id"]
        run = ended(server, where)
        assert (run["status"], run["counts"]) == ("succeeded", {"ok": 4})
        assert run["progress"] == {"done": 4, "planned": 4}
        after = results_at(server, where)
        whole = [r["id"] for r in before if [b["probe"] for b in before].count(r["probe"]) == 2]
        assert [r["id"] for r in after][: len(whole)] == whole
        assert len({r["id"] for r in after}) == 4
        pairs = server.client.get(f"{where}/results").json()["pairs"]
        assert sorted(pair["probe"] for pair in pairs) == ["dispatch", "matmul"]
        numbers = events_at(server, where)
        assert numbers == list(range(1, len(numbers) + 1))
        assert server.client.post(f"{where}/resume").status_code == 409
    assert measured(tmp_path) == again


def test_a_run_that_waited_in_a_killed_server_waits_in_the_next(
    tmp_path: Path, serving: Serving
) -> None:
    program = serving("staged_probes.py", tmp_path)
    other = HostLock(tmp_path)
    assert other.acquire("run_theirs")
    with Server(tmp_path, program=program) as server:
        where = server.client.post(PATH, json=ASKED).headers["location"]
        eventually(lambda: "run_theirs" in run_at(server, where)["message"])
        server.process.kill()
        server.process.communicate()
    with Server(tmp_path, program=program) as server:
        assert run_at(server, where)["status"] == "queued"
        assert server.client.post(f"{where}/resume").status_code == 409
        other.release()
        assert ended(server, where)["status"] == "succeeded"
    assert measured(tmp_path) == {"matmul": 1, "dispatch": 1}


def kill_all(server: Server) -> None:
    """All at once, as when the power goes: first nobody can react, then nobody is there."""
    everybody = [server.process.pid, *descendants(server.process.pid)]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in everybody:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
    server.process.communicate()


def test_whatever_is_killed_when_the_store_opens_and_the_run_goes_on(
    tmp_path: Path, serving: Serving
) -> None:
    """Everything at once, after so many events as chance has it, again and again."""
    program = serving("staged_probes.py", tmp_path)
    chance = random.Random(5)
    where, seen = "", set[str]()
    for _ in range(6):
        with Server(tmp_path, program=program) as server:
            if not where:
                where = server.client.post(PATH, json=ASKED).headers["location"]
            elif run_at(server, where)["status"] == "interrupted":
                server.client.post(f"{where}/resume")
            stop = chance.randrange(1, 12)
            with server.client.stream("GET", f"{where}/events") as response:
                for line in response.iter_lines():
                    stop -= line.startswith("id: ")
                    if not stop:
                        break
            # What was told of is kept.
            seen = {result["id"] for result in results_at(server, where)}
            kill_all(server)
        with closing(sqlite3.connect(tmp_path / "advisor.sqlite3")) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert store.execute("PRAGMA foreign_key_check").fetchall() == []
            kept = {row[0] for row in store.execute("SELECT id FROM results")}
        assert seen <= kept
    with Server(tmp_path, program=program) as server:
        if run_at(server, where)["status"] == "interrupted":
            server.client.post(f"{where}/resume")
        run = ended(server, where)
        assert (run["status"], run["counts"]) == ("succeeded", {"ok": 4})
        numbers = events_at(server, where)
        assert numbers == list(range(1, len(numbers) + 1))

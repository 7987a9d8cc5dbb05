"""The wall clock jumps while a run goes on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import framework_advisor
import framework_probes
from processes import Server, eventually

PATH = "/v1/probe-runs"
ASKED = {"frameworks": ["jax"], "probes": ["matmul", "dispatch"]}
YEAR_S = 365 * 86400.0


@pytest.mark.parametrize("jump_s", [-YEAR_S, -60.0, 10 * YEAR_S])
def test_a_run_goes_on_whatever_the_clock_shows(
    tmp_path: Path,
    serving: Callable[..., tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    jump_s: float,
) -> None:
    clock, hold = tmp_path / "clock", tmp_path / "hold"
    clock.write_text("0")
    hold.write_text("result 1")
    monkeypatch.setenv("FAULTS_CLOCK", str(clock))
    with Server(tmp_path, program=serving("staged_probes.py", tmp_path)) as server:

        def get(where: str) -> dict[str, Any]:
            found: dict[str, Any] = server.client.get(where).json()
            return found

        first = server.client.post(PATH, json=ASKED).headers["location"]
        eventually(lambda: get(first)["counts"])
        with server.client.stream("GET", f"{first}/events") as response:
            clock.write_text(str(jump_s))
            second = server.client.post(PATH, json=ASKED).headers["location"]
            hold.unlink()
            lines = list(response.iter_lines())
        numbers = [int(line[4:]) for line in lines if line.startswith("id: ")]
        assert numbers == list(range(1, len(numbers) + 1))
        eventually(lambda: get(second)["finished_at"])
        runs = get(PATH)["items"]
        # Newest first by the order in which they came, though the second may claim to be older.
        assert [run["links"]["self"] for run in runs] == [second, first]
        assert [run["status"] for run in runs] == ["succeeded", "succeeded"]
        then, now = (datetime.fromisoformat(run["created_at"]) for run in reversed(runs))
        assert abs(now - then - timedelta(seconds=jump_s)) < timedelta(seconds=60)
        answer = server.client.post("/v1/recommendations", json={"stage": "research"}).json()
        # The newest run that counts is the one that came last.
        assert get("/v1/hosts")["items"][0]["latest_run"] == runs[0]["id"]
        assert get("/v1/recommendations")["items"][0]["id"] == answer["id"]


def wall_clocks(package: Path) -> Iterator[str]:
    """Where a package asks for the time of day."""
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in (
                "time.time",
                "time.time_ns",
                "datetime.now",
                "datetime.utcnow",
            ):
                yield path.relative_to(package).as_posix()


def test_nothing_is_timed_by_the_wall_clock() -> None:
    """Where runs are measured, queued, supervised and waited for, nobody asks for it."""
    (probes,), (service,) = framework_probes.__path__, framework_advisor.__path__
    dated = {"exporting.py", "selftests/running.py"}  # a file that travels has its day, as a report
    assert set(wall_clocks(Path(probes))) == dated
    # Whether a file says that it ended in the future.
    assert set(wall_clocks(Path(service) / "runs")) == {"exported.py"}
    assert set(wall_clocks(Path(service) / "client")) == set()

"""Two servers on one store: they share its queue, and one of them measures at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from framework_advisor.settings import Settings
from processes import Server, eventually

PATH = "/v1/probe-runs"
SHORT = {"frameworks": ["jax"], "probes": ["dispatch"]}
LONG = {"frameworks": ["jax"], "probes": ["encoder_block", "conv_block", "matmul", "dispatch"]}
#: A busy machine makes suspects of results; what matters here is that the run came to its end.
OWN_END = {"succeeded", "partial", "failed"}


@pytest.fixture
def servers(where: Settings, tmp_path: Path) -> Iterator[list[Server]]:
    """On SQLite in one data directory; on PostgreSQL they have nothing else in common."""
    shared = where.database_url is not None
    with ExitStack() as stack:
        folders = [tmp_path / name if shared else tmp_path for name in ("a", "b")]
        for folder in folders:
            folder.mkdir(exist_ok=True)
        yield [stack.enter_context(Server(each, where.database_url)) for each in folders]


def ended(server: Server, where: str) -> dict[str, Any] | None:
    run: dict[str, Any] = server.client.get(where).json()
    return run if run["finished_at"] else None


def test_every_run_is_executed_once_and_no_two_at_a_time(servers: list[Server]) -> None:
    posted = [servers[n % 2].client.post(PATH, json=SHORT) for n in range(4)]
    places = [response.headers["location"] for response in posted]
    runs = [eventually(lambda place=place: ended(servers[0], place), 120) for place in places]
    assert {run["status"] for run in runs} <= OWN_END
    for place, run in zip(places, runs, strict=True):
        streams = [each.client.get(f"{place}/events").text for each in servers]
        assert streams[0] == streams[1]
        assert streams[0].count('"event":"status"') == 3  # queued, running, its end
        results = servers[1].client.get(f"{place}/results").json()["results"]
        assert len(results) == run["progress"]["planned"] == sum(run["counts"].values())
    spans = sorted((run["started_at"], run["finished_at"]) for run in runs)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_one_takes_over_what_the_other_leaves_when_it_is_killed(servers: list[Server]) -> None:
    first, second = servers
    going_on = first.client.post(PATH, json=LONG).headers["location"]
    eventually(lambda: first.client.get(going_on).json()["counts"], 90)
    waiting = first.client.post(PATH, json=SHORT).headers["location"]
    first.process.kill()
    assert eventually(lambda: ended(second, going_on))["status"] == "interrupted"
    taken = eventually(lambda: ended(second, waiting), 90)
    assert taken["status"] in OWN_END
    assert taken["progress"]["planned"] == sum(taken["counts"].values()) == 2

"""PostgreSQL goes away while the service runs, and comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import measuring
from databases import Cluster
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from processes import Server, eventually

#: Long enough to be caught in the middle.
RUN = {"frameworks": ["jax"], "probes": ["encoder_block", "matmul", "dispatch"]}
#: A busy machine makes suspects of results; what matters here is that none is lost.
OWN_END = {"succeeded", "partial", "failed"}
PROFILE = {"stage": "research"}


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with Cluster(durable=True) as cluster:
        yield cluster


@pytest.fixture
def server(cluster: Cluster, tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path, cluster.url) as server:
        yield server


def problem(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = response.json()
    return content


def test_requests_say_later_and_the_service_recovers_by_itself(
    cluster: Cluster, server: Server, tmp_path: Path
) -> None:
    ask = server.client
    kept = ask.post("/v1/recommendations", json=PROFILE)
    assert kept.status_code == 201
    where = kept.headers["location"]
    cluster.stop()
    assert ask.get("/health/live").status_code == 200
    for response in (
        ask.get("/health/ready"),
        ask.get(where),
        ask.get("/v1/recommendations"),
        ask.post("/v1/recommendations", json=PROFILE),
        ask.delete(where),
        ask.post("/v1/probe-runs", json=RUN),
    ):
        assert response.status_code == 503
        assert "store" in problem(response)["detail"]
        assert int(response.headers["retry-after"]) > 0
    what_if = PROFILE | {"evidence": {"probe_run": None}}
    answer = ask.post("/v1/recommendations", json=what_if, params={"store": "false"})
    assert answer.status_code == 200
    cluster.start()
    assert ask.get("/health/ready").status_code == 200
    assert ask.get(where).content == kept.content
    assert ask.post("/v1/recommendations", json=PROFILE).status_code == 201
    log = (tmp_path / "server.log").read_text()
    assert "unavailable" in log
    assert "Traceback" not in log


def test_connections_that_broke_unnoticed_are_not_used(cluster: Cluster, tmp_path: Path) -> None:
    async def act() -> None:
        async with Store(Settings(data_dir=tmp_path, database_url=cluster.url)) as store:
            await store.hosts.add(measuring.HOST)
            await store.hosts.all()
            cluster.stop()
            cluster.start()
            await store.hosts.add(measuring.HOST)
            assert len(await store.hosts.all()) == 1

    asyncio.run(act())


def test_a_run_goes_on_and_nothing_of_it_is_lost(cluster: Cluster, server: Server) -> None:
    ask = server.client
    where = ask.post("/v1/probe-runs", json=RUN).headers["location"]
    second = ask.post("/v1/probe-runs", json=RUN | {"probes": ["dispatch"]}).headers["location"]
    eventually(lambda: ask.get(where).json()["counts"], 90)
    with ask.stream("GET", f"{where}/events", timeout=None) as stream:
        cluster.stop()
        assert ask.get(where).status_code == 503
        # Long enough for the service to have noticed: it says so to whoever listens.
        lines = stream.iter_lines()
        for line in lines:
            if line.startswith(":"):
                break
        cluster.start()
        said = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    run = ask.get(where).json()
    assert run["status"] in OWN_END
    results = ask.get(f"{where}/results").json()["results"]
    assert len(results) == run["progress"]["done"] == run["progress"]["planned"]
    assert said[-1]["status"] == run["status"]
    numbers = [event["id"] for event in said]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    queued = eventually(lambda: (r := ask.get(second).json())["finished_at"] and r, 90)
    assert queued["status"] in OWN_END


def test_a_service_that_is_asked_to_end_meanwhile_ends_in_time(
    cluster: Cluster, server: Server, tmp_path: Path
) -> None:
    ask = server.client
    where = ask.post("/v1/probe-runs", json=RUN).headers["location"]
    eventually(lambda: ask.get(where).json()["counts"], 90)
    cluster.stop()
    server.process.terminate()
    server.process.wait(timeout=5)
    cluster.start()
    with Server(tmp_path, cluster.url) as again:
        assert again.client.get(where).json()["status"] == "interrupted"

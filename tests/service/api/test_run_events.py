"""Streams of a real server; the run is executed elsewhere, by the test, in the same store."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import measuring
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.runs import Runs
from processes import Server

WHERE = "/v1/probe-runs/run_1/events"


def elsewhere(data_dir: Path, *acts: Callable[[Runs], Awaitable[object]]) -> None:
    async def run() -> None:
        async with Store(Settings(data_dir=data_dir)) as store:
            await store.hosts.add(measuring.HOST)
            for act in acts:
                await act(store.runs)

    asyncio.run(run())


def begun(data_dir: Path) -> None:
    elsewhere(
        data_dir,
        lambda runs: runs.create(measuring.request(), measuring.HOST.id),
        lambda runs: runs.start("run_1"),
    )


def ended(data_dir: Path) -> None:
    elsewhere(
        data_dir,
        lambda runs: runs.add_result(measuring.result()),
        lambda runs: runs.end("run_1", "succeeded", "done"),
    )


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """What a stream says, as a browser would take it."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields:
            event = json.loads(fields["data"])
            assert (fields["id"], fields["event"]) == (str(event["id"]), event["event"])
            yield event
            fields = {}


def test_a_stream_resumes_after_a_restart_and_ends_with_the_run(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        begun(tmp_path)
        with server.client.stream("GET", WHERE) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            said = events(response)
            assert [next(said)["status"], next(said)["status"]] == ["queued", "running"]
            server.process.kill()
    with Server(tmp_path) as server:
        seen = {"Last-Event-ID": "2"}
        with server.client.stream("GET", WHERE, headers=seen) as response:
            ended(tmp_path)
            rest = list(events(response))
        assert [(e["id"], e["event"], e["status"]) for e in rest] == [
            (3, "result", "running"),
            (4, "status", "succeeded"),
        ]
        assert rest[0]["result"]["probe"] == "matmul"
        assert server.client.get(WHERE, headers={"Last-Event-ID": "4"}).status_code == 204


def test_shutting_down_ends_streams_and_not_the_run(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        begun(tmp_path)
        with server.client.stream("GET", WHERE) as response:
            said = events(response)
            assert [next(said)["id"], next(said)["id"]] == [1, 2]
            server.process.terminate()
            # A stream that is cut off instead of ended raises here.
            assert list(said) == []
        assert server.process.wait(timeout=10) == -signal.SIGTERM
    assert "Cancel" not in (tmp_path / "server.log").read_text()


@pytest.mark.parametrize("given", ["one", "-1", "1.5", "9" * 40, "²"])
def test_an_id_that_is_none_is_pointed_at(client: Any, given: str) -> None:
    headers = {"Last-Event-ID": given.encode()}
    response = client.get("/v1/probe-runs/run_nobody_knows/events", headers=headers)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "Last-Event-ID"


def test_a_run_that_is_not_there_is_not_followed(client: Any) -> None:
    assert client.get("/v1/probe-runs/run_nobody_knows/events").status_code == 404

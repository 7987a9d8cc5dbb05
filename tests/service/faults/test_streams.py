"""Many listeners at once, and some who do not read."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
from sqlalchemy import update

import measuring
from framework_advisor.runs.records import RunEvent
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.documents import EVENT
from framework_advisor.store.tables import EventRow, RunRow
from processes import Server, eventually

WHERE = "/v1/probe-runs/run_1/events"
MANY = 100
#: Together 20 MB for each listener.
EVENTS, WORDS = 4_000, "so much " * 600
#: What the memory of the server may grow by while five listeners leave 100 MB unread.
GROWTH_BYTES = 40_000_000


def begun(data_dir: Path) -> None:
    async def act() -> None:
        async with Store(Settings(data_dir=data_dir)) as store:
            await store.hosts.add(measuring.HOST)
            await store.runs.create(measuring.request(), measuring.HOST.id)
            await store.runs.start("run_1")

    asyncio.run(act())


def ended(data_dir: Path, talk: int = 0) -> None:
    """The run says so much, and ends."""

    async def act() -> None:
        async with Store(Settings(data_dir=data_dir)) as store:
            async with store.runs._sessions.writing() as session:
                at = (await store.runs.get("run_1")).created_at
                for n in range(3, 3 + talk):
                    event = RunEvent("run_1", n, "progress", at, "running", WORDS, 0, None)
                    session.add(EventRow(run_id="run_1", number=n, document=EVENT.write(event)))
                await session.execute(update(RunRow).values(events=2 + talk))
            await store.runs.end("run_1", "succeeded", "done")

    asyncio.run(act())


def listening(server: Server, buffer: int = 0) -> socket.socket:
    """A listener that has heard that the run goes on. ``buffer``: of so few bytes."""
    url = httpx.URL(server.url)
    connection = socket.socket()
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.settimeout(60)
    connection.connect((url.host, url.port or 80))
    connection.sendall(f"GET {WHERE} HTTP/1.1\r\nHost: {url.host}\r\n\r\n".encode())
    said = b""
    while b'"running"' not in said:
        said += connection.recv(65536)
    return connection


def to_the_end(connection: socket.socket) -> bytearray:
    """What is said from here on, to the end of the answer."""
    said = bytearray()
    while not said.endswith(b"0\r\n\r\n"):
        chunk = connection.recv(65536)
        assert chunk, "cut off"
        said += chunk
    return said


def test_a_hundred_listeners_hear_the_end_and_keep_nobody_waiting(tmp_path: Path) -> None:
    with Server(tmp_path) as server, ExitStack() as stack:
        begun(tmp_path)
        listeners = [stack.enter_context(listening(server)) for _ in range(MANY)]
        assert server.client.get("/health/ready").status_code == 200
        answer = server.client.post("/v1/recommendations", json={"stage": "research"})
        assert answer.status_code == 201
        ended(tmp_path)
        for connection in listeners:
            assert b'"succeeded"' in to_the_end(connection)
        # Nothing is left behind of those who went.
        for connection in listeners:
            connection.close()
        descriptors = Path(f"/proc/{server.process.pid}/fd")
        eventually(lambda: len(list(descriptors.iterdir())) < MANY)


def heard(server: Server) -> Iterator[int]:
    """The numbers of the events that somebody hears who reads."""
    with server.client.stream("GET", WHERE) as response:
        for line in response.iter_lines():
            if line.startswith("id: "):
                yield int(line.removeprefix("id: "))


def resident(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def test_who_does_not_read_costs_no_memory_and_holds_nobody_up(tmp_path: Path) -> None:
    with Server(tmp_path) as server, ExitStack() as stack:
        begun(tmp_path)
        deaf = [stack.enter_context(listening(server, buffer=65536)) for _ in range(5)]
        before = resident(server)
        ended(tmp_path, talk=EVENTS)
        assert list(heard(server)) == list(range(1, EVENTS + 4))
        assert resident(server) - before < GROWTH_BYTES
        # They have not been forgotten: what they left unread is still theirs to hear.
        said = to_the_end(deaf[0])
        last = json.loads(said.rpartition(b"data: ")[2].splitlines()[0])
        assert (last["id"], last["status"]) == (EVENTS + 3, "succeeded")
        server.process.terminate()
        # Four that still do not read keep it no longer than the contract allows.
        server.process.communicate(timeout=5)

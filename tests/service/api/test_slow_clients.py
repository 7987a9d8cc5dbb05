"""Whoever is slow, silent or many holds nothing that others need."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
import uvicorn

from framework_advisor.api.arrival import Punctual
from framework_advisor.app import create_app
from framework_advisor.settings import Settings
from processes import eventually

HEAD = b"POST /v1/recommendations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


class Impatient(Punctual):
    arrival_s = 0.5
    #: Whether each connection sends what it has at once.
    at_once: ClassVar[list[int]] = []

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        self.at_once.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


@contextmanager
def serving(folder: Path, most: int) -> Iterator[tuple[str, int]]:
    config = uvicorn.Config(
        create_app(Settings(data_dir=folder)),
        http=Impatient,
        log_config=None,
        limit_concurrency=most,
        timeout_keep_alive=1,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        eventually(lambda: server.started)
        yield listener.getsockname()[:2]
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /health/live HTT",
        HEAD + b"Content-Length: 100\r\n\r\n",
        HEAD + b"Content-Length: 100\r\n\r\n" + b'{"stage"',
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["nothing", "half a line", "no body", "half a body", "half a chunk"],
)
def test_a_request_that_does_not_arrive_is_let_go(tmp_path: Path, sent: bytes) -> None:
    with serving(tmp_path, 100) as address, socket.create_connection(address, 20) as connection:
        connection.sendall(sent)
        reply = connection.recv(65536)
        assert b" 500 " not in reply
        assert httpx.get(f"http://{address[0]}:{address[1]}/health/live").status_code == 200


def test_connections_beyond_the_limit_are_told_so_and_the_rest_are_served(tmp_path: Path) -> None:
    with serving(tmp_path, 4) as address, ExitStack() as held:
        url = f"http://{address[0]}:{address[1]}/health/live"
        for _ in range(6):
            held.enter_context(socket.create_connection(address, 20))
        assert httpx.get(url).status_code == 503
        # The silent ones are let go, and there is room again.
        assert eventually(lambda: httpx.get(url).status_code == 200)


def test_a_body_does_not_wait_until_the_headers_are_confirmed(tmp_path: Path) -> None:
    with serving(tmp_path, 100) as address:
        Impatient.at_once.clear()
        assert httpx.get(f"http://{address[0]}:{address[1]}/health/live").status_code == 200
        assert Impatient.at_once == [1]

"""Methods: those that a path knows, HEAD and OPTIONS, and those that it does not know."""

from __future__ import annotations

import socket

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from processes import Server

Client = TestClient[Litestar]


@pytest.mark.parametrize(
    "path", ["/", "/schema", "/schema/openapi.json", "/health/live", "/v1/knowledge", "/nowhere"]
)
def test_head_is_get_without_a_body(client: Client, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    own = {"x-request-id", "content-length"} if path == "/nowhere" else {"x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in own} == {
        k: v for k, v in got.headers.items() if k not in own
    }


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/recommendations", "GET, HEAD, OPTIONS, POST"),
        ("/v1/recommendations/rec_1", "DELETE, GET, HEAD, OPTIONS"),
        ("/v1/recommendations/rec_1/replay", "OPTIONS, POST"),
        ("/v1/probe-runs/run_1", "DELETE, GET, HEAD, OPTIONS"),
        ("/v1/probes", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_path_says_which_methods_it_knows(client: Client, path: str, methods: str) -> None:
    asked = client.options(path)
    assert (asked.status_code, asked.headers["allow"]) == (204, methods)
    for method in ("PUT", "PATCH", "TRACE", "MADEUP"):
        refused = client.request(method, path)
        assert (refused.status_code, refused.headers["allow"]) == (405, methods)
        assert refused.json()["title"] == "Method Not Allowed"


@pytest.mark.parametrize(
    "path",
    ["/v1/recommendations/%00", "/v1/recommendations/%ff", "/v1/probe-runs/%f0%9f%8d%95", "/%"],
)
def test_an_id_of_strange_characters_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_row_number_that_no_database_has_is_pointed_at(client: Client) -> None:
    for number in (2**31, 2**63, 10**30):
        refused = client.get("/v1/recommendations", params={"cursor": number})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "?cursor"
    assert client.get("/v1/probe-runs", params={"cursor": 2**31 - 1}).status_code == 200


def test_a_parameter_that_is_given_twice_is_pointed_at(client: Client) -> None:
    refused = client.get("/v1/recommendations?limit=1&limit=2")
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["detail"]) == ("?limit", "the query parameter is given twice")


@pytest.mark.parametrize(
    "body",
    [
        '{"stage": "research", "stage": "production"}',
        '{"stage": "research", "team": {"beginners": true, "beginners": false}}',
    ],
)
def test_a_field_that_is_given_twice_is_pointed_at(client: Client, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    refused = client.post("/v1/recommendations", content=body, headers=headers)
    assert refused.status_code == 422
    assert "twice" in refused.json()["errors"][0]["detail"]


def raw(server: Server, sent: bytes) -> bytes:
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 80), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        reply = b""
        while chunk := connection.recv(65536):
            reply += chunk
    return reply


NO_HTTP = (
    b"nonsense\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    # Without an end: what arrives at once and has one may be answered.
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 70_000,
    b"GET /" + b"x" * 70_000,
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header: x\r\n\r\n",
)


def test_what_is_no_http_is_refused_and_the_server_goes_on(server: Server) -> None:
    for sent in NO_HTTP:
        assert raw(server, sent).startswith(b"HTTP/1.1 4"), sent[:60]
        assert server.client.get("/health/live").status_code == 200

"""The service as users start it."""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from processes import Server, advisor, environment

HEAVY = {"torch", "tensorflow", "jax", "keras", "jaxlib"}
WHOLE = """
import json, pathlib, sys
from litestar.testing import TestClient
from framework_advisor.app import create_app
from framework_advisor.settings import Settings
app = create_app(Settings(data_dir=pathlib.Path(sys.argv[1])))
with TestClient(app, "http://127.0.0.1") as client:
    for path in ("/health/ready", "/v1/hosts/current", "/v1/probes", "/schema/openapi.json"):
        assert client.get(path).status_code == 200
    assert client.post("/v1/recommendations", json={"stage": "research"}).status_code == 201
print("\\n" + json.dumps(sorted(sys.modules)))
"""


def test_the_server_never_imports_a_framework(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHOLE, str(tmp_path)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    assert "litestar" in modules
    assert not modules & HEAVY


def test_the_greeting_says_what_to_do_next_and_that_works(server: Server) -> None:
    assert server.url in server.greeting[0]
    assert len(server.greeting) == 3
    command = shlex.split(server.greeting[1])
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["verdict"]["framework"]
    assert "/v1/probe-runs" in server.greeting[2]


def test_the_page_names_calls_that_work(server: Server) -> None:
    page = server.client.get("/").text
    for path in re.findall(r'href="(/[^"]*)"', page):
        assert server.client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("framing", "sent"),
    [
        ("Content-Length: 10000000", b"{"),
        ("Transfer-Encoding: chunked", b"200000\r\n" + b" " * 0x200000 + b"\r\n"),
    ],
)
def test_a_large_body_is_refused_before_it_has_all_arrived(
    server: Server, framing: str, sent: bytes
) -> None:
    """More is announced, or could follow, than is ever sent; the answer comes all the same."""
    url = httpx.URL(server.url)
    head = f"POST /v1/recommendations HTTP/1.1\r\nHost: {url.host}\r\n{framing}\r\n"
    with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
        connection.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + sent)
        reply = connection.recv(65536)
    assert b"413" in reply.splitlines()[0]
    assert b"application/problem+json" in reply


def test_a_taken_port_is_one_clear_line(server: Server, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    other = advisor("serve", "--port", port, data_dir=tmp_path)
    out, err = other.communicate(timeout=30)
    assert (other.returncode, out) == (2, "")
    assert err.splitlines() == [
        f"error: Port {port} of 127.0.0.1 is taken; choose another with --port."
    ]


def test_the_log_is_json_where_that_is_asked_for(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "framework_advisor.cli", "serve", "--port", "0"],
        env=environment(tmp_path) | {"FRAMEWORK_ADVISOR_LOG_FORMAT": "json"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().split(" on ")[1].split()[0]
    httpx.get(f"{url}/health/live", headers={"X-Request-ID": "mine"})
    process.terminate()
    _, err = process.communicate(timeout=20)
    lines = [json.loads(line) for line in err.splitlines()]
    (line,) = [line for line in lines if line.get("path") == "/health/live"]
    assert (line["request_id"], line["status"], line["method"]) == ("mine", 200, "GET")


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "framework_advisor.cli", "serve"],
        env=environment(tmp_path) | {"FRAMEWORK_ADVISOR_PORT": "eighty"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "FRAMEWORK_ADVISOR_PORT" in done.stderr

"""Whatever is sent: no failure of the service, and nothing that the API document does not say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from processes import environment

HERE = Path(__file__).parent
#: By our own, which know what an exception is.
REPLACED = "positive_data_acceptance,ensure_resource_availability,use_after_free"
KEY = "a-key-for-the-fuzzer-alone"
PATH = "/v1/recommendations?store=false"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A server of its own, which needs a key and measures nothing."""
    log = (tmp_path / "server.log").open("w")
    process = subprocess.Popen(
        [sys.executable, str(HERE / "scripted_server.py"), "0"],
        env=environment(tmp_path)
        | {"FRAMEWORK_ADVISOR_API_KEYS": KEY, "FRAMEWORK_ADVISOR_RATE_LIMIT": "0"},
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    assert process.stdout is not None
    greeting = process.stdout.readline()
    yield next(word for word in greeting.split() if word.startswith("http"))
    process.terminate()
    process.communicate(timeout=20)
    log.close()


def fuzzed(url: str, folder: Path, cases: int, *options: str) -> tuple[int, str]:
    """How many cases schemathesis made, and what it found; it fails where it found anything."""
    command = [sys.executable, "-m", "schemathesis.cli", "run"]
    command += [f"{url}/schema/openapi.json", "--checks", "all", "--no-color"]
    command += ["--exclude-checks", REPLACED, "--warnings", "off"]
    command += ["-H", f"Authorization: Bearer {KEY}", "--continue-on-failure"]
    command += ["-n", str(cases), *options]
    hooks = {"SCHEMATHESIS_HOOKS": "fuzzing_checks"}
    paths = {"PYTHONPATH": os.pathsep.join([str(HERE), environment(folder)["PYTHONPATH"]])}
    done = subprocess.run(
        command, env=os.environ | hooks | paths, cwd=folder, capture_output=True, text=True
    )
    made = re.search(r"(\d+) generated", done.stdout)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert made is not None
    return int(made[1]), done.stdout


def test_every_operation_keeps_to_the_document(url: str, tmp_path: Path) -> None:
    made, said = fuzzed(url, tmp_path, 4, "--phases", "examples,fuzzing,stateful", "--seed", "1")
    assert made >= 100, said
    assert "request_failed" not in (tmp_path / "server.log").read_text()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_thousands_of_requests_keep_to_the_document(url: str, tmp_path: Path) -> None:
    made, said = fuzzed(url, tmp_path, 40)
    assert made >= 2_000, said


VALID = json.dumps(
    {
        "stage": "production",
        "name": "an app",
        "targets": ["android", {"kind": "ios", "required": False}],
        "team": {"skills": {"jax": 0.5}, "beginners": True},
        "scale": {"p99_ms": 20.0, "training_devices": 8},
        "preferences": {"swings": {"debugging": 50}},
        "evidence": {"as_of": "2024-01-01", "probe_run": None},
        "seed": 7,
    }
).encode()
#: What breaks parsers: pieces of JSON, of UTF-8, and numbers that are none.
PIECES = (
    *(bytes([byte]) for byte in b'"{}[],:\\\x00\x7f\x80\xc3\xff '),
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-0",
    b"9" * 400,
    b"null",
    b'"\\ud800"',
    b'"\\u0000"',
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b'"stage":',
    b'"stage":"research",',
    b'{"a":' * 40,
    b"[" * 5_000,
)
spliced = st.lists(
    st.tuples(st.integers(0, len(VALID)), st.integers(0, 40), st.sampled_from(PIECES)),
    min_size=1,
    max_size=4,
)


def with_splices(splices: list[tuple[int, int, bytes]]) -> bytes:
    body = VALID
    for at, length, piece in splices:
        body = body[:at] + piece + body[at + length :]
    return body


bodies = st.binary(max_size=300) | spliced.map(with_splices)


def refused_or_answered(client: TestClient[Litestar], body: bytes) -> int:
    response = client.post(PATH, content=body, headers=JSON)
    if response.status_code == 422:
        assert response.json()["errors"], body
        for error in response.json()["errors"]:
            assert error["detail"]
            assert error["expected"]
    return response.status_code


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=bodies)
def test_no_bytes_make_the_service_fail(client: TestClient[Litestar], body: bytes) -> None:
    assert refused_or_answered(client, body) in (200, 422)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=bodies)
def test_ten_thousand_bodies_do_not_make_the_service_fail(
    client: TestClient[Litestar], body: bytes
) -> None:
    assert refused_or_answered(client, body) in (200, 422)

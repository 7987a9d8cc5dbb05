"""A request can be followed through the log, and no secret stands there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.api import services
from framework_advisor.keys import digest_of, keys_in, new_key, without_keys
from framework_knowledge import KnowledgeError
from processes import environment, eventually

SERVER = Path(__file__).with_name("scripted_server.py")
SET = "a-key-from-the-settings"
PASSWORD = "the-password-of-the-database"  # noqa: S105 - made up


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[httpx.Client, Path]]:
    """A server whose probes are scripted, logging everything as JSON."""
    path = tmp_path / "log"
    with path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(SERVER), "0", "breaks"],
            env=environment(tmp_path)
            | {
                "FRAMEWORK_ADVISOR_LOG_FORMAT": "json",
                "FRAMEWORK_ADVISOR_LOG_LEVEL": "debug",
                "FRAMEWORK_ADVISOR_API_KEYS": SET,
            },
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        url = process.stdout.readline().split(" on ")[1].split()[0]
        shown = {"Authorization": f"Bearer {SET}"}
        with httpx.Client(base_url=url, headers=shown, timeout=30) as client:
            yield client, path
        process.terminate()
        process.communicate(timeout=20)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_run_is_logged_under_the_request_that_asked_for_it(
    served: tuple[httpx.Client, Path],
) -> None:
    client, path = served
    where = client.post("/v1/probe-runs", json={}, headers={"X-Request-ID": "mine-1"})
    run = where.json()["id"]
    eventually(lambda: client.get(where.headers["location"]).json()["finished_at"])
    ended = eventually(lambda: [e for e in lines(path) if e.get("event") == "probe_run_ended"])
    about = [each for each in lines(path) if each.get("run") == run]
    assert ended[0] in about
    assert {each["request_id"] for each in about} == {"mine-1"}
    said = [each["line"] for each in about if each["event"] == "probes_said"]
    assert said == ["asked for by mine-1", "first words", "no room left"]


def test_no_key_stands_in_the_log_wherever_it_was_sent(served: tuple[httpx.Client, Path]) -> None:
    client, path = served
    made, _ = new_key()
    for key in (SET, made):
        client.get("/v1/recommendations", params={"api_key": key})
        client.get(f"/v1/recommendations/{key}")
        client.get(f"/nowhere/{key}/else")
        client.get("/v1/probes", headers={"Authorization": f"Bearer {key}"})
        client.get("/v1/probes", headers={"X-Request-ID": key})
        client.post("/v1/recommendations", json={"stage": key, key: 1})
        client.post("/v1/recommendations", content=key, headers={"Content-Type": key})
    last = client.get("/health/live", headers={"X-Request-ID": "the-last"})
    assert last.status_code == 200
    eventually(lambda: "the-last" in path.read_text())
    text = path.read_text()
    assert "/nowhere/" in text
    assert SET not in text
    assert made not in text
    assert made[16:] not in text


def test_the_password_of_the_database_is_told_to_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "framework_advisor.cli", "serve", "--port", "0"],
        env=environment(tmp_path)
        | {
            "FRAMEWORK_ADVISOR_LOG_LEVEL": "debug",
            "FRAMEWORK_ADVISOR_DATABASE_URL": f"postgresql+asyncpg://me:{PASSWORD}@127.0.0.1:9/db",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert done.stderr
    assert PASSWORD not in done.stdout + done.stderr


def test_a_key_is_cut_out_of_any_text() -> None:
    made, _ = new_key()
    known = keys_in(SET)
    assert known[0].digest == digest_of(SET)
    assert without_keys(f"GET /a/{made}/b {SET}?x={SET}", known) == f"GET /a/{made[:16]}…/b …?x=…"
    assert without_keys("nothing-of-this-is-a-key", known) == "nothing-of-this-is-a-key"


def test_every_answer_and_every_problem_has_the_id_of_its_request(
    client: TestClient[Litestar],
) -> None:
    for method, path in (
        ("GET", "/v1/probes"),
        ("GET", "/nowhere"),
        ("HEAD", "/v1/probes"),
        ("OPTIONS", "/v1/probes"),
        ("PUT", "/v1/probes"),
        ("GET", "/v1/probes?x=1"),
        ("POST", "/v1/recommendations"),
    ):
        response = client.request(method, path, headers={"X-Request-ID": "mine"})
        assert response.headers["x-request-id"] == "mine", (method, path)
        if response.status_code >= 400:
            assert response.json()["request_id"] == "mine"


def test_ready_says_that_the_knowledge_is_broken(
    client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_overlays: object) -> None:
        raise KnowledgeError(["claims.yaml:1 id: it stands there twice"])

    monkeypatch.setattr(services, "knowledge_with", broken)
    unready = client.get("/health/ready")
    assert (unready.status_code, "knowledge" in unready.json()["detail"]) == (503, True)
    assert unready.headers["content-type"] == "application/problem+json"
    assert client.get("/health/live").status_code == 200


def test_ready_says_that_the_store_is_away(
    client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    away = mock.Mock(connect=mock.Mock(side_effect=OSError))
    monkeypatch.setattr(client.app.state.services.store, "_engine", away)
    unready = client.get("/health/ready")
    assert (unready.status_code, "store" in unready.json()["detail"]) == (503, True)
    assert client.get("/health/live").status_code == 200

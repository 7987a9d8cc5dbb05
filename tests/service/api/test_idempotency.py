"""A request with a key is done once: again, at once, through two servers, after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Select, delete, select, update

from framework_advisor.app import create_app
from framework_advisor.runs.lock import HostLock
from framework_advisor.settings import Settings
from framework_advisor.store import Store, idempotency
from framework_advisor.store.idempotency import REMEMBERED
from framework_advisor.store.tables import IdempotencyRow, RunRow
from processes import Server

Client = TestClient[Litestar]
RUNS, RECOMMENDATIONS = "/v1/probe-runs", "/v1/recommendations"
ASKED = {"frameworks": ["jax"], "probes": ["matmul"]}


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """Where nothing is measured: runs stay queued behind another holder of the host's lock."""
    lock = HostLock(tmp_path)
    assert lock.acquire("run_theirs")
    yield tmp_path
    lock.release()


@pytest.fixture
def service(data_dir: Path) -> Iterator[Client]:
    app = create_app(Settings(data_dir=data_dir))
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def post(client: Any, body: object, key: str, path: str = RUNS, **headers: str) -> Any:
    return client.post(path, json=body, headers={"Idempotency-Key": key, **headers})


@pytest.mark.parametrize(
    ("path", "body"), [(RUNS, ASKED), (RECOMMENDATIONS, {"stage": "research"})]
)
def test_the_same_request_is_done_once(service: Client, path: str, body: dict[str, Any]) -> None:
    first, again = post(service, body, "one", path), post(service, body, "one", path)
    assert first.status_code == again.status_code in (201, 202)
    assert again.headers["location"] == first.headers["location"]
    assert again.json()["id"] == first.json()["id"]
    assert service.get(path).json()["total"] == 1
    other = post(service, body, "two", path)
    without = service.post(path, json=body)
    assert len({r.json()["id"] for r in (first, other, without)}) == 3


def test_an_answer_that_is_given_again_can_be_brief(service: Client) -> None:
    path, body = RECOMMENDATIONS, {"stage": "research"}
    first = post(service, body, "one", path).json()
    brief = post(service, body, "one", f"{path}?explain=false").json()
    assert brief == service.post(f"{path}?explain=false", json=body).json() | {
        name: first[name] for name in ("id", "created_at", "verdict", "ranking", "links")
    }
    assert post(service, body, "one", path).json() == first


def test_the_same_is_what_asks_for_the_same(service: Client) -> None:
    first = post(service, ASKED, "one").json()["id"]
    spelled = {"suite": "quick", "probes": ["matmul"], "device": "cpu", "frameworks": ["jax"]}
    assert post(service, spelled, "one").json()["id"] == first
    assert post(service, ASKED, '"one"').json()["id"] == first


@pytest.mark.parametrize(
    ("path", "body"), [(RUNS, {**ASKED, "budget_s": 7.0}), (RECOMMENDATIONS, {"stage": "research"})]
)
def test_another_request_with_that_key_is_refused(
    service: Client, path: str, body: dict[str, Any]
) -> None:
    kept = post(service, ASKED, "one").json()["id"]
    refused = post(service, body, "one", path)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "Idempotency-Key"
    assert [run["id"] for run in service.get(RUNS).json()["items"]] == [kept]
    assert service.get(RECOMMENDATIONS).json()["total"] == 0


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "schlüssel", '""'])
def test_a_key_that_is_none_is_pointed_at(service: Client, key: str) -> None:
    response = service.post(
        RUNS,
        json=ASKED,
        headers={b"Idempotency-Key": key.encode("latin-1")},  # type: ignore[dict-item]
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "Idempotency-Key"
    assert service.get(RUNS).json()["total"] == 0


def test_a_what_if_has_no_use_for_a_key(service: Client) -> None:
    path, body = f"{RECOMMENDATIONS}?store=false", {"stage": "research"}
    assert post(service, body, "one", path).status_code == 200
    assert post(service, {"stage": "education"}, "one", path).status_code == 200


def test_what_is_forgotten_is_made_anew(service: Client) -> None:
    first = post(service, {"stage": "research"}, "one", RECOMMENDATIONS).json()
    assert service.delete(first["links"]["self"]).status_code == 204
    again = post(service, {"stage": "research"}, "one", RECOMMENDATIONS)
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]


def in_store(data_dir: Path, statement: Any) -> list[Any]:
    """Runs it; what it found."""

    async def act() -> list[Any]:
        settings = Settings(data_dir=data_dir)
        async with Store(settings) as store, store.runs._sessions.writing() as session:
            found: Any = await session.execute(statement)
            return list(found.all()) if isinstance(statement, Select) else []

    return asyncio.run(act())


def test_a_key_goes_with_its_run(service: Client, data_dir: Path) -> None:
    first = post(service, ASKED, "one").json()["id"]
    assert len(in_store(data_dir, select(IdempotencyRow.key))) == 1
    in_store(data_dir, delete(RunRow).where(RunRow.id == first))
    assert in_store(data_dir, select(IdempotencyRow.key)) == []
    assert post(service, ASKED, "one").json()["id"] != first


@pytest.mark.parametrize(("age", "same"), [(0.9, True), (1.1, False)])
def test_a_key_is_remembered_for_a_while(
    service: Client, data_dir: Path, age: float, same: bool
) -> None:
    first = post(service, ASKED, "one").json()["id"]
    then = datetime.now(UTC) - age * REMEMBERED
    in_store(data_dir, update(IdempotencyRow).values(created_at=then))
    assert (post(service, ASKED, "one").json()["id"] == first) == same
    kept = in_store(data_dir, select(IdempotencyRow.created_at))
    assert [row.created_at > then + timedelta(hours=1) for row in kept] == [not same]


def test_each_api_key_has_its_own(data_dir: Path) -> None:
    keys = "first-key-of-ours,second-key-of-ours"
    app = create_app(Settings(data_dir=data_dir, api_keys=keys))  # type: ignore[arg-type]
    with TestClient(app, "http://127.0.0.1") as client:

        def asked(key: str, path: str, body: object) -> Any:
            return post(client, body, "one", path, Authorization=f"Bearer {key}")

        one, other = keys.split(",")
        for path, body in ((RUNS, ASKED), (RECOMMENDATIONS, {"stage": "research"})):
            if path == RECOMMENDATIONS:
                in_store(data_dir, delete(IdempotencyRow))
            mine = asked(one, path, body).json()["id"]
            theirs = asked(other, path, body)
            assert theirs.status_code in (201, 202)
            assert theirs.json()["id"] != mine
            assert asked(one, path, body).json()["id"] == mine


def test_who_comes_second_finds_what_the_first_has_just_committed(
    service: Client, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writers do not wait at the beginning of a transaction, but at the row itself."""
    first = post(service, ASKED, "one").json()["id"]
    known, looks = idempotency.known, []

    async def not_yet_seen(*given: Any) -> Any:
        looks.append(given)
        return await known(*given) if len(looks) > 1 else None

    monkeypatch.setattr(idempotency, "known", not_yet_seen)
    assert post(service, ASKED, "one").json()["id"] == first
    assert len(looks) == 2
    assert service.get(RUNS).json()["total"] == 1


def test_at_the_same_moment_through_two_servers_and_after_a_restart(data_dir: Path) -> None:
    def ask(server: Server) -> str:
        response = post(server.client, ASKED, "one")
        assert response.status_code == 202, response.text
        return str(response.json()["id"])

    with Server(data_dir) as one, Server(data_dir) as other, ThreadPoolExecutor(16) as threads:
        ids = list(threads.map(ask, [one, other] * 16))
        assert len(set(ids)) == 1
        assert one.client.get(RUNS).json()["total"] == 1
        one.process.kill()
    with Server(data_dir) as again:
        assert ask(again) == ids[0]

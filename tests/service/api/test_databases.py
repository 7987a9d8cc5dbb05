"""The same answers from either database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.app import create_app
from framework_advisor.settings import Settings

Client = TestClient[Litestar]
PATH = "/v1/recommendations"


@pytest.fixture
def either(where: Settings) -> Iterator[Client]:
    with TestClient(create_app(where), "http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def test_a_recommendation_is_kept_listed_replayed_and_forgotten(
    either: Client, profile: dict[str, Any]
) -> None:
    made = [either.post(PATH, json=profile) for _ in range(3)]
    assert {response.status_code for response in made} == {201}
    place = made[0].headers["location"]
    assert either.get(place).content == made[0].content
    page = either.get(PATH, params={"limit": 2}).json()
    assert (page["total"], len(page["items"])) == (3, 2)
    rest = either.get(page["next"]).json()
    assert [item["id"] for item in rest["items"]] == [made[0].json()["id"]]
    created = rest["items"][0]["created_at"]
    assert created == made[0].json()["created_at"]
    assert either.post(f"{place}/replay").json()["changed"] == []
    assert either.delete(place).status_code == 204
    assert either.get(place).status_code == 404


@pytest.mark.parametrize("name", ["\x00", "a\x00b", "naïve ☃ 😀", "'; DROP TABLE hosts; --"])
def test_any_name_is_kept(either: Client, profile: dict[str, Any], name: str) -> None:
    made = either.post(PATH, json=profile | {"name": name})
    assert made.status_code == 201
    assert either.get(made.headers["location"]).json()["profile"]["name"] == name
    (listed,) = either.get(PATH).json()["items"]
    # PostgreSQL has no text with NUL in it: lists show its picture.
    assert listed["name"] == name.replace("\x00", "␀")


@pytest.mark.parametrize("place", [PATH, "/v1/probe-runs"])
@pytest.mark.parametrize("id_", ["%00", "run_%00", "x" * 5000, "%F0%9F%98%80", "%FF"])
def test_an_id_that_cannot_be_is_not_found(either: Client, place: str, id_: str) -> None:
    assert either.get(f"{place}/{id_}").status_code == 404
    assert either.delete(f"{place}/{id_}").status_code == 404


@pytest.mark.parametrize("place", [PATH, "/v1/probe-runs"])
@pytest.mark.parametrize("cursor", [2**31, 2**63, 10**30])
def test_a_cursor_that_cannot_be_is_a_mistake(either: Client, place: str, cursor: int) -> None:
    assert either.get(place, params={"cursor": 2**31 - 1}).status_code == 200
    response = either.get(place, params={"cursor": cursor})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "?cursor"


def test_a_request_with_a_key_is_done_once(either: Client, profile: dict[str, Any]) -> None:
    once = {"Idempotency-Key": "the-same"}
    made = [either.post(PATH, json=profile, headers=once).json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert either.get(PATH).json()["total"] == 1


def test_hosts_and_runs_are_read(either: Client) -> None:
    current = either.get("/v1/hosts/current")
    assert current.status_code == 200
    assert either.get("/v1/hosts").json()["total"] == 1
    asked = {"frameworks": ["jax"], "probes": ["matmul"]}
    queued = [either.post("/v1/probe-runs", json=asked) for _ in range(2)]
    assert {response.status_code for response in queued} == {202}
    places = [response.headers["location"] for response in reversed(queued)]
    assert [either.delete(place).json()["status"] for place in places] == ["cancelled"] * 2
    events = either.get(f"{places[0]}/events").text
    assert "id: 1\r\n" in events
    assert '"status":"cancelled"' in events


def test_evidence_that_was_forgotten_is_said_to_be_gone(
    either: Client, profile: dict[str, Any]
) -> None:
    asked = profile | {"evidence": {"probe_run": "run_\x00"}}
    response = either.post(PATH, json=asked)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/evidence/probe_run"

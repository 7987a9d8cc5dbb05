"""Bodies that came before are not read again; nobody is ever answered for another one's body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.api import recommendations, requests
from framework_advisor.api.requests import AT_ONCE_BYTES, REMEMBERED
from framework_advisor.app import create_app
from framework_advisor.profile import parse_profile
from framework_advisor.settings import Settings

PATH = "/v1/recommendations"
KEYS = ("a-first-key-of-the-tests", "a-second-key-of-the-tests")
JSON = {"Content-Type": "application/json"}


def body(**fields: Any) -> bytes:
    return json.dumps({"stage": "production", **fields}).encode()


def named(client: TestClient[Litestar], given: bytes) -> str | None:
    answer = client.post(PATH, content=given, headers=JSON, params={"store": "false"})
    assert answer.status_code == 200, answer.text
    name: str | None = answer.json()["profile"]["name"]
    return name


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    requests._read_before.cache_clear()


def test_a_small_body_is_read_once_a_large_one_each_time(client: TestClient[Litestar]) -> None:
    small, large = body(name="small"), body(name="large") + b" " * AT_ONCE_BYTES
    with mock.patch.object(recommendations, "parse_profile", wraps=parse_profile) as parse:
        assert [named(client, small) for _ in range(3)] == ["small"] * 3
        assert parse.call_count == 1
        assert [named(client, large) for _ in range(3)] == ["large"] * 3
        assert parse.call_count == 4


def test_bodies_that_differ_in_a_byte_are_answered_each_for_itself(
    client: TestClient[Litestar],
) -> None:
    for name in ("one", "two", "one", "One", "two"):
        assert named(client, body(name=name)) == name


def test_what_is_wrong_is_refused_each_time_also_after_it_was_right(
    client: TestClient[Litestar],
) -> None:
    right, wrong = body(name="right"), body(name="right", stage="nowhere")
    assert named(client, right) == "right"
    refused = [client.post(PATH, content=wrong, headers=JSON) for _ in range(3)]
    assert [each.status_code for each in refused] == [422] * 3
    assert [each.json()["errors"][0]["pointer"] for each in refused] == ["/stage"] * 3
    assert named(client, right) == "right"


def test_the_same_body_is_another_thing_to_another_call(client: TestClient[Litestar]) -> None:
    given = body(name="a profile")
    assert named(client, given) == "a profile"
    elsewhere = client.post("/v1/probe-runs", content=given, headers=JSON)
    assert elsewhere.status_code == 422
    assert named(client, given) == "a profile"


def test_only_so_many_are_remembered() -> None:
    for number in range(REMEMBERED + 10):
        requests._read_before(body(name=f"number {number}"), 32, parse_profile)
    assert requests._read_before.cache_info().currsize == REMEMBERED


def test_no_key_sees_what_another_one_was_answered_for_the_same_body(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, api_keys=",".join(KEYS))
    with TestClient(create_app(settings), "http://127.0.0.1") as client:
        by = [{**JSON, "Authorization": f"Bearer {key}"} for key in KEYS]
        given = body(name="the same")
        ids = [client.post(PATH, content=given, headers=each).json()["id"] for each in by]
        assert client.post(PATH, content=given, headers=JSON).status_code == 401
        assert ids[0] != ids[1]
        for own, other, headers in ((ids[0], ids[1], by[0]), (ids[1], ids[0], by[1])):
            assert client.get(f"{PATH}/{own}", headers=headers).status_code == 200
            assert client.get(f"{PATH}/{other}", headers=headers).status_code == 404

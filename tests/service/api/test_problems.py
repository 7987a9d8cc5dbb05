"""Every mistake gets one clear problem, in one shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.api.problems import MOST_ERRORS
from framework_advisor.app import create_app
from framework_advisor.settings import Settings

Client = TestClient[Litestar]
PATH = "/v1/recommendations"
JSON = {"Content-Type": "application/json"}
SHAPE = {"type", "title", "status", "detail", "instance", "request_id", "errors"}


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem in a response, after a look at its shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = response.json()
    assert content.keys() == SHAPE
    assert content["status"] == status
    assert content["type"].startswith("urn:framework-advisor:problem:")
    assert content["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    for error in content["errors"]:
        assert error.keys() == {"pointer", "detail", "expected"}
        assert error["detail"]
        assert error["expected"]
    return content


def pointers(content: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in content["errors"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["/stage"]),
        ({"stage": "production", "colour": "red"}, ["/colour"]),
        ({"stage": "production", "workload": {"familly": "cnn"}}, ["/workload/familly"]),
        ({"stage": "proud"}, ["/stage"]),
        ({"stage": "production", "targets": ["android", "toaster"]}, ["/targets/1"]),
        ({"stage": "production", "candidates": []}, ["/candidates"]),
        (
            {"stage": "production", "must_use": ["jax"], "must_not_use": ["jax"]},
            ["/must_use", "/must_not_use"],
        ),
        ({"stage": "production", "evidence": {"as_of": "1999-01-01"}}, ["/evidence/as_of"]),
        ({"stage": "production", "scale": {"p99_ms": 0}, "seed": -1}, ["/scale/p99_ms", "/seed"]),
        ([], [""]),
        ("production", [""]),
        (None, [""]),
    ],
)
def test_each_wrong_field_is_pointed_at(client: Client, body: object, expected: list[str]) -> None:
    assert pointers(problem(client.post(PATH, json=body), 422)) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"stage: production",
        b'{"stage": "production"',
        b'{"stage": "production"} more',
        b"\xff\xfe{}",
        '{"stage": "production"}'.encode("utf-16"),
        b'{"name": "\xc3("}',
        b'{"name": "\\ud800", "stage": "production"}',
        b"[" * 100_000,
        b'{"workload":' * 50_000,
        b'{"stage": "production", "seed": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_no_json_is_one_mistake_of_the_whole(client: Client, body: bytes) -> None:
    content = problem(client.post(PATH, content=body, headers=JSON), 422)
    assert pointers(content) in ([""], ["/name"])


def test_a_body_over_the_limit_is_refused(client: Client) -> None:
    body = json.dumps({"stage": "production", "name": "x" * 10_000_000}).encode()
    assert problem(client.post(PATH, content=body, headers=JSON), 413)["status"] == 413


def test_a_body_in_pieces_of_unknown_length_is_refused_at_the_limit(client: Client) -> None:
    def pieces() -> Any:
        for _ in range(40):
            yield b" " * 65_536

    assert problem(client.post(PATH, content=pieces(), headers=JSON), 413)["status"] == 413


def test_the_limit_is_a_setting(tmp_path: Any, profile: dict[str, Any]) -> None:
    app = create_app(Settings(data_dir=tmp_path, max_body_bytes=40))
    with TestClient(app, "http://127.0.0.1") as client:
        assert client.post(PATH, json={"stage": "research"}).status_code == 201
        problem(client.post(PATH, json=profile), 413)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
    ],
)
def test_a_body_that_does_not_claim_to_be_json_is_refused(client: Client, kind: str) -> None:
    response = client.post(PATH, content=b'{"stage": "research"}', headers={"Content-Type": kind})
    assert "application/json" in problem(response, 415)["detail"]


def test_json_may_say_that_it_is_utf8(client: Client) -> None:
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    response = client.post(PATH, content=b'{"stage": "research"}', headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", f"{PATH}?explian=false", [("?explian", "one of explain, store")]),
        ("POST", f"{PATH}?explain=maybe", [("?explain", "true or false")]),
        ("GET", f"{PATH}?limit=0", [("?limit", "a whole number from 1 to 100")]),
        ("GET", f"{PATH}?limit=101", [("?limit", "a whole number from 1 to 100")]),
        (
            "GET",
            f"{PATH}?limit=x&cursor=y",
            [
                ("?limit", "a whole number from 1 to 100"),
                ("?cursor", "a whole number from 1 to 2147483647"),
            ],
        ),
        ("GET", "/health/live?x=1", [("?x", "no query parameter")]),
        ("GET", "/schema?x=1", [("?x", "no query parameter")]),
        ("GET", "/v1/knowledge/claims?as_of=x", [("?as_of", "a date as YYYY-MM-DD")]),
        (
            "GET",
            "/v1/knowledge/claims?framework=torch",
            [("?framework", "one of pytorch, tensorflow, keras, jax")],
        ),
    ],
)
def test_each_wrong_query_parameter_is_pointed_at(
    client: Client, method: str, path: str, expected: list[tuple[str, str]]
) -> None:
    content = problem(client.request(method, path, json={"stage": "research"}), 422)
    assert [(e["pointer"], e["expected"]) for e in content["errors"]] == expected


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/v1",
        "/v1/recommendations/rec_x",
        "/v1/probe-runs/run_x",
        "/schema/nowhere",
        "/v1/recommendations/rec_x/record",
        "/v1/probe-runs/run_x/results",
    ],
)
def test_what_is_not_there_is_a_404(client: Client, path: str) -> None:
    assert problem(client.get(path), 404)["instance"] == path


def test_a_method_that_a_path_does_not_know_is_told_which_it_knows(client: Client) -> None:
    response = client.put(PATH, json={})
    problem(response, 405)
    assert {"GET", "POST"} <= set(response.headers["allow"].split(", "))


def test_a_failure_of_the_service_tells_nothing_of_its_inside(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the password is 1234")

    monkeypatch.setattr("framework_advisor.api.services.measurements_from", fail)
    # By a name of its own: what was decided before would be remembered.
    response = client.post(PATH, json={"stage": "research", "name": "never decided"})
    problem(response, 500)
    assert "1234" not in response.text


def test_a_flood_of_mistakes_is_answered_with_the_first_of_them(client: Client) -> None:
    body = {"stage": "research"} | {f"field_{number}": 1 for number in range(5_000)}
    content = problem(client.post(PATH, json=body), 422)
    assert len(content["errors"]) == MOST_ERRORS
    assert "5000 things are wrong" in content["detail"]


def test_a_harmless_request_id_is_taken_over_and_another_replaced(client: Client) -> None:
    def told(given: str) -> str:
        return str(
            client.get("/health/live", headers={"X-Request-ID": given}).headers["x-request-id"]
        )

    assert told("trace-1.2:3") == "trace-1.2:3"
    assert told("no spaces") != "no spaces"
    assert told("x" * 200) != "x" * 200


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "stage",
        "workload",
        "scale",
        "platform",
        "targets",
        "team",
        "preferences",
        "candidates",
        "evidence",
        "seed",
        "constraints",
        "serving",
        "must_use",
    ]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.dictionaries(fields, anything) | anything)
def test_no_json_whatever_it_holds_makes_the_service_fail(client: Client, body: object) -> None:
    content = json.dumps(body).encode()
    response = client.post(f"{PATH}?store=false", content=content, headers=JSON)
    assert response.status_code in (200, 422)
    if response.status_code == 422:
        problem(response, 422)

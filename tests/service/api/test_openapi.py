"""The API document says what the service does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from litestar import Litestar
from litestar.testing import TestClient

import deploying
import measuring
from framework_advisor.app import create_app
from framework_advisor.settings import Settings

Client = TestClient[Litestar]
STARTED = {"suite": "quick", "frameworks": ["jax"], "probes": ["matmul"]}


@pytest.fixture(scope="module")
def document(client: Client) -> dict[str, Any]:
    response = client.get("/schema/openapi.json")
    assert response.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    content: dict[str, Any] = response.json()
    return content


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolved(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """A response, also where it stands among the components."""
    name = response.get("$ref", "").removeprefix("#/components/responses/")
    found: dict[str, Any] = document["components"]["responses"][name] if name else response
    return found


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that the document describes, and where."""
    for method, path, operation in operations(document):
        where = f"{method.upper()} {path}"
        for media, body in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{where} takes {media}", body
        for status, response in operation["responses"].items():
            for media, body in resolved(document, response).get("content", {}).items():
                yield f"{where} answers {status} {media}", body


def conforms(document: dict[str, Any], content: object, schema: dict[str, Any]) -> None:
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator.check_schema(whole)
    jsonschema.Draft202012Validator(whole).validate(content)


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    known = {
        f"#/components/{kind}/{name}"
        for kind, found in document["components"].items()
        for name in found
    }
    assert set(references(document)) <= known


def test_every_body_has_an_example_that_keeps_to_its_schema(document: dict[str, Any]) -> None:
    # Figures differ each time, a stream's schema is of one event, 200 is as 201, and the page says
    # what the Markdown says.
    without = (
        "GET /metrics",
        "POST /v1/recommendations answers 200",
        "GET /v1/recommendations/{recommendation}/record answers 200 text/html",
    )
    for where, body in bodies(document):
        if "example" in body:
            conforms(document, body["example"], body["schema"])
        else:
            assert where.startswith(without) or "event-stream" in where, where


def test_links_lead_to_operations_that_take_what_they_bring(document: dict[str, Any]) -> None:
    by_id = {operation["operationId"]: operation for _, _, operation in operations(document)}
    found = [
        link
        for _, _, operation in operations(document)
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert len(found) == 11
    for link in found:
        taken = {each["name"] for each in by_id[link["operationId"]]["parameters"]}
        assert link["parameters"].keys() <= taken


def test_a_service_that_needs_keys_says_so(tmp_path: Path) -> None:
    keyed = create_app(Settings(data_dir=tmp_path, require_key="always"))
    with TestClient(keyed, "http://127.0.0.1") as client:
        content = client.get("/schema/openapi.json").json()
    for _, path, operation in operations(content):
        needs = path.startswith(("/v1", "/metrics"))
        assert operation.get("security") == ([{"api_key": []}] if needs else None)


def test_every_path_that_is_served_is_described(client: Client, document: dict[str, Any]) -> None:
    served = {
        re.sub(r":\w+}", "}", route.path)
        for route in client.app.routes
        if route.path.startswith(("/v1", "/health", "/metrics"))
    }
    assert served == set(document["paths"])


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        assert operation["description"], (method, path)
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                (body,) = resolved(document, response)["content"].items()
                assert body[0] == "application/problem+json"
                assert body[1]["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert body[1]["example"]["status"] == int(status)
        assert {"421", "422", "500"} <= operation["responses"].keys()
        keyed = path.startswith(("/v1", "/metrics"))
        assert path.startswith("/v1") == ("429" in operation["responses"])
        assert keyed == ({"401", "403"} <= operation["responses"].keys())
        assert keyed == (operation.get("security") == [{}, {"api_key": []}])
        assert ("{" in path) <= ("404" in operation["responses"])
        assert ("requestBody" in operation) <= ({"413", "415"} <= operation["responses"].keys())


#: What operations are asked with, by path.
BODIES: dict[str, Any] = {
    "/v1/recommendations": {"stage": "research"},
    "/v1/probe-runs/import": json.loads(measuring.export("run_described")),
}


def test_each_call_answers_as_described(client: Client, document: dict[str, Any]) -> None:
    """Every operation once, for real; each body checked against its schema."""
    with client.portal() as portal:
        found = (deploying.tried("keras:jax", "onnxruntime"),)
        portal.call(deploying.keep, client.app.state.services.store, found)
    answer = client.post("/v1/recommendations", json={"stage": "research"}).json()
    run = client.post("/v1/probe-runs", json=STARTED).json()
    for method, path, operation in operations(document):
        filled = path.format(recommendation=answer["id"], run=run["id"], other=run["id"])
        body = BODIES.get(path, {})
        if method == "delete" and "recommendation" in path:
            continue  # the last to go
        response = client.request(method.upper(), filled, json=body if method == "post" else None)
        described = operation["responses"][str(response.status_code)]
        assert response.status_code < 400, response.text
        if response.status_code == 204:
            assert "content" not in described
            continue
        kind = response.headers["content-type"].split(";")[0]
        schema = described["content"][kind]["schema"]
        if kind == "text/event-stream":  # its schema is that of one event
            told = [each for each in response.text.split("\r\n\r\n") if "data: " in each]
            pairs = [dict(f.split(": ", 1) for f in each.split("\r\n")) for each in told]
            assert pairs
            for event in pairs:
                conforms(document, event, schema)
                data = schema["properties"]["data"]["contentSchema"]
                conforms(document, json.loads(event["data"]), data)
            continue
        content = response.json() if kind == "application/json" else response.text
        conforms(document, content, schema)
    assert client.delete(answer["links"]["self"]).status_code == 204


def test_a_problem_is_as_described(client: Client, document: dict[str, Any]) -> None:
    response = client.post("/v1/recommendations", json={"stage": "proud", "seed": -1})
    assert response.status_code == 422
    conforms(document, response.json(), {"$ref": "#/components/schemas/Problem"})


@pytest.mark.parametrize(
    "profile",
    [
        {"stage": "production", "targets": ["android", {"kind": "ios", "required": False}]},
        {"stage": ["research", "production"], "team": {"skills": {"jax": 0.5}}},
        {"stage": "research", "evidence": {"probe_run": None, "as_of": "2024-01-01"}},
    ],
)
def test_the_schema_of_the_profile_accepts_what_the_service_accepts(
    client: Client, document: dict[str, Any], profile: dict[str, Any]
) -> None:
    conforms(document, profile, {"$ref": "#/components/schemas/Profile"})
    params = {"store": "false"}
    assert client.post("/v1/recommendations", json=profile, params=params).status_code == 200


@pytest.mark.parametrize(
    "profile", [{}, {"stage": "proud"}, {"stage": []}, {"stage": "research", "colour": "red"}]
)
def test_the_schema_of_the_profile_refuses_what_the_service_refuses(
    client: Client, document: dict[str, Any], profile: dict[str, Any]
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        conforms(document, profile, {"$ref": "#/components/schemas/Profile"})
    assert client.post("/v1/recommendations", json=profile).status_code == 422


def test_the_reader_needs_no_network(client: Client) -> None:
    page = client.get("/schema")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page.text)
    assert "/schema/openapi.json" in page.text


def test_the_listing_names_every_operation(client: Client, document: dict[str, Any]) -> None:
    page = client.get("/schema").text
    for method, path, _ in operations(document):
        assert f"{method.upper()} {path}" in page

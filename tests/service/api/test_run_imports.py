"""``POST /v1/probe-runs/import``, and the file that it takes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from litestar import Litestar
from litestar.testing import TestClient

import measuring
from framework_advisor.app import create_app
from framework_advisor.settings import Settings

PATH = "/v1/probe-runs/import"
JSON = {"Content-Type": "application/json"}
EXPORT = {"Accept": "application/vnd.framework-advisor.probe-run+json"}
Client = TestClient[Litestar]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Client]:
    """Another machine's service."""
    app = create_app(Settings(data_dir=tmp_path / "other", max_import_bytes=50_000))
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def sent(client: Client, document: str | bytes) -> Any:
    return client.post(PATH, content=document, headers=JSON)


def test_a_run_travels_and_says_the_same_there(client: Client, other: Client) -> None:
    first = sent(client, measuring.export("run_travels"))
    assert first.status_code == 201, first.text
    run = first.json()
    assert first.headers["Location"] == "/v1/probe-runs/run_travels"
    assert (run["status"], run["finished_at"]) == ("succeeded", "2026-11-01T10:00:00Z")
    assert run["imported_at"] > run["finished_at"]
    exported = client.get(f"{first.headers['Location']}/results", headers=EXPORT)
    assert exported.headers["Content-Type"].startswith(EXPORT["Accept"])
    assert sent(other, exported.content).status_code == 201
    there = other.get(f"{first.headers['Location']}/results", headers=EXPORT)
    assert there.content == exported.content
    results = other.get(f"{first.headers['Location']}/results").json()["results"]
    assert results == client.get(f"{first.headers['Location']}/results").json()["results"]


def test_the_same_run_again_is_found_under_the_name_that_it_has(other: Client) -> None:
    assert sent(other, measuring.export("run_one")).status_code == 201
    for name in ("run_one", "run_two"):
        again = sent(other, measuring.export(name))
        assert (again.status_code, again.json()["id"]) == (200, "run_one")
    assert other.get("/v1/probe-runs").json()["total"] == 1


def test_another_run_of_that_name_is_refused(other: Client) -> None:
    assert sent(other, measuring.export()).status_code == 201
    refused = sent(other, measuring.export(factor=1.1))
    assert refused.status_code == 409
    assert "run_1" in refused.json()["detail"]


def test_its_host_is_seen_with_its_peaks_and_can_be_decided_on(other: Client) -> None:
    host = replace(measuring.HOST, id="host_elsewhere", name="node-7")
    assert sent(other, measuring.export(host=host)).status_code == 201
    hosts = {each["host"]["id"]: each for each in other.get("/v1/hosts").json()["items"]}
    seen = hosts["host_elsewhere"]
    assert seen["host"]["name"] == "node-7"
    assert seen["peaks"]["flops_per_s"] == measuring.PEAKS.flops_per_s
    assert (seen["latest_run"], seen["last_seen"]) == ("run_1", "2026-11-01T10:00:00Z")
    profile: dict[str, Any] = {"stage": "research", "evidence": {"hosts": ["host_elsewhere"]}}
    named = other.post("/v1/recommendations?store=false", json=profile).json()
    assert {each["run"] for each in named["measurements"]} == {"run_1"}
    profile["evidence"] = {}
    here = other.post("/v1/recommendations?store=false", json=profile).json()
    assert here["measurements"] == []


def test_of_one_host_the_run_that_was_measured_last_counts(other: Client) -> None:
    """Not the one that arrived last."""
    later = measuring.export("run_later", factor=1.1, finished_at="2026-11-20T10:00:00Z")
    assert sent(other, later).status_code == 201
    assert sent(other, measuring.export("run_earlier")).status_code == 201
    profile = {"stage": "research", "evidence": {"hosts": [measuring.HOST.id]}}
    answer = other.post("/v1/recommendations?store=false", json=profile).json()
    assert {each["run"] for each in answer["measurements"]} == {"run_later"}
    seen = {e["host"]["id"]: e for e in other.get("/v1/hosts").json()["items"]}
    assert seen[measuring.HOST.id]["latest_run"] == "run_later"


def test_it_is_not_resumed_here(other: Client) -> None:
    document = json.loads(measuring.export())
    document["run"]["status"] = "interrupted"
    assert sent(other, measuring.signed(document)).status_code == 201
    refused = other.post("/v1/probe-runs/run_1/resume")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "Probe run run_1 was measured elsewhere and imported.",
    )


def test_a_run_that_goes_on_is_not_exported(other: Client) -> None:
    queued = other.post("/v1/probe-runs", json={"probes": ["matmul"], "budget_s": 0.1}).json()
    refused = other.get(queued["links"]["results"], headers=EXPORT)
    assert refused.status_code == 409
    other.delete(queued["links"]["self"])


def test_a_file_that_is_too_large_is_413_and_other_bodies_stay_small(other: Client) -> None:
    too_large = sent(other, b" " * 50_001)
    assert too_large.status_code == 413
    assert "50000 bytes" in too_large.json()["detail"]
    assert sent(other, measuring.export() + " " * 20_000).status_code == 201
    assert other.post("/v1/probe-runs", content=b" " * 1_100_000, headers=JSON).status_code == 413


def test_the_document_describes_what_is_exported(client: Client) -> None:
    schema = client.get("/schema/openapi.json").json()
    where = {"$ref": "#/components/schemas/ProbeRunExport", "components": schema["components"]}
    document = json.loads(measuring.export())
    assert list(Draft202012Validator(where).iter_errors(document)) == []
    del document["run"]["request"]
    assert list(Draft202012Validator(where).iter_errors(document))


DOCUMENT = json.loads(measuring.export("run_mutated"))
Path_ = tuple[str | int, ...]


def paths(value: Any, before: Path_ = ()) -> Iterator[Path_]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in inside:
        yield (*before, name)
        if isinstance(each, (dict, list)):
            yield from paths(each, (*before, name))


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
values = st.one_of(
    scalars,
    st.floats(),
    st.floats(0, 1),
    st.lists(scalars, max_size=2),
    st.dictionaries(st.text(max_size=3), scalars, max_size=2),
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(list(paths(DOCUMENT))), value=values, sign=st.booleans())
def test_whatever_is_altered_is_refused_with_the_reason_or_taken_whole(
    client: Client, path: Path_, value: Any, sign: bool
) -> None:
    before = client.get("/v1/probe-runs").json()["total"]
    document = copy.deepcopy(DOCUMENT)
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    try:
        body = measuring.signed(document) if sign else json.dumps(document).encode()
    except ValueError:  # NaN has no checksum
        body = json.dumps(document).encode()
    answer = sent(client, body)
    after = client.get("/v1/probe-runs").json()["total"]
    if answer.status_code in (200, 201):
        assert after - before == (answer.status_code == 201)
        found = client.get(answer.json()["links"]["results"]).json()
        assert len(found["results"]) == 4
        return
    assert answer.status_code in (409, 422), answer.text
    assert after == before
    if answer.status_code == 422:
        assert all(each["detail"] and each["expected"] for each in answer.json()["errors"])

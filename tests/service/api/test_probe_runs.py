"""Starting and watching probe runs over HTTP, in process; the probes are real."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_probes.host import fingerprint, installed
from framework_probes.offered import PROBES, SUITES
from processes import eventually

Client = TestClient[Litestar]
PATH = "/v1/probe-runs"
SHORT = {"frameworks": ["jax"], "probes": ["matmul"], "budget_s": 40.0}


def ended(client: Client, where: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        run: dict[str, Any] = client.get(where).json()
        return run if run["finished_at"] else None

    return eventually(look, 90)


@pytest.fixture(scope="module")
def runs(client: Client) -> list[dict[str, Any]]:
    """Two runs posted one after the other: as they were taken in, and the first one's end."""
    first = client.post(PATH, json=SHORT)
    assert first.status_code == 202, first.text
    assert first.headers["location"] == first.json()["links"]["self"]
    second = client.post(PATH, json=SHORT)
    return [first.json(), second.json(), ended(client, first.headers["location"])]


def test_a_second_run_is_queued_and_says_what_it_waits_for(
    client: Client, runs: list[dict[str, Any]]
) -> None:
    first, second, _ = runs
    assert second["status"] == "queued"
    assert first["id"] in second["message"]
    cancelled = client.delete(second["links"]["self"])
    assert cancelled.status_code == 200
    assert cancelled.json()["status"] == "cancelled"
    again = client.delete(second["links"]["self"])
    assert again.status_code == 409


def test_a_run_ends_with_every_result_accounted_for(
    client: Client, runs: list[dict[str, Any]]
) -> None:
    *_, run = runs
    assert run["status"] in {"succeeded", "partial", "failed"}
    measured = client.get(run["links"]["results"]).json()
    assert measured["host"]["id"] == run["host"] == fingerprint().id
    assert len(measured["results"]) == sum(run["counts"].values()) == run["progress"]["done"]
    assert {(r["framework"], r["probe"]) for r in measured["results"]} == {("jax", "matmul")}
    assert {r["tier"] for r in measured["results"]} == {"eager", "compiled"}
    environments = {environment["id"] for environment in measured["environments"]}
    for result in measured["results"]:
        assert result["schema"] == "result/1"
        assert result["environment"] in environments
        assert result["blocks"]
        assert result["outcome"] == "ok" or result["reason"]


def test_the_table_holds_the_same_results(client: Client, runs: list[dict[str, Any]]) -> None:
    where = runs[2]["links"]["results"]
    response = client.get(where, headers={"Accept": "text/csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(response.text)))
    measured = client.get(where).json()["results"]
    assert [row["id"] for row in table] == [result["id"] for result in measured]
    for row, result in zip(table, measured, strict=True):
        assert (row["framework"], row["tier"]) == (result["framework"], result["tier"])
        assert int(row["blocks"]) == len(result["blocks"])
        if result["time"]:
            assert float(row["seconds"]) == result["time"]["seconds"]


def test_a_run_that_finished_counts_in_what_is_decided_next(
    client: Client, runs: list[dict[str, Any]]
) -> None:
    *_, run = runs
    profile = {"stage": "research", "evidence": {"probe_run": run["id"]}}
    answer = client.post("/v1/recommendations", json=profile, params={"store": "false"}).json()
    measured = client.get(run["links"]["results"]).json()
    assert len(answer["measurements"]) == len(measured["pairs"])
    assert all(m["run"] == run["id"] for m in answer["measurements"])


def test_the_list_of_runs_is_newest_first(client: Client, runs: list[dict[str, Any]]) -> None:
    page = client.get(PATH, params={"limit": 1}).json()
    assert page["items"][0]["id"] == runs[1]["id"]
    following = client.get(page["next"]).json()
    assert following["items"][0]["id"] == runs[0]["id"]


def test_the_host_shows_what_the_run_measured(client: Client, runs: list[dict[str, Any]]) -> None:
    current = client.get("/v1/hosts/current").json()
    assert current["peaks"]["flops_per_s"] > 0
    (seen,) = client.get("/v1/hosts").json()["items"]
    assert (seen["host"], seen["peaks"]) == (current["host"], current["peaks"])
    assert seen["latest_run"] == runs[1]["id"]


def test_the_current_host_names_every_framework(client: Client) -> None:
    current = client.get("/v1/hosts/current").json()
    there = installed()
    assert current["frameworks"] == {
        name: there.get(name) for name in ("pytorch", "tensorflow", "keras", "jax")
    }
    assert current["devices"][0] == "cpu"


def test_the_catalogue_is_the_probes_own(client: Client) -> None:
    found = client.get("/v1/probes").json()
    assert [probe["id"] for probe in found["items"]] == list(PROBES)
    assert found["suites"] == {name: suite.budget_s for name, suite in SUITES.items()}
    for probe in found["items"]:
        assert probe["flops"] == PROBES[probe["id"]].flops
        assert probe["suites"] == [n for n, s in SUITES.items() if probe["id"] in s.probes]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"suite": "quik"}, ["/suite"]),
        ({"probes": ["matmul", "matmal"]}, ["/probes/1"]),
        ({"frameworks": ["torch"]}, ["/frameworks/0"]),
        ({"frameworks": []}, ["/frameworks"]),
        ({"frameworks": ["jax", "jax"]}, ["/frameworks"]),
        ({"device": "abacus"}, ["/device"]),
        ({"suite": "deployment", "probes": ["matmul"]}, ["/probes"]),
        ({"suite": "quick", "probes": ["deployment.cnn"]}, ["/probes"]),
        ({"suite": "deployment", "device": "cuda"}, ["/device"]),
        ({"device": "tpu"}, ["/device"]),
        ({"budget_s": 0}, ["/budget_s"]),
        ({"budget_s": -1.5, "suite": "quik"}, ["/suite", "/budget_s"]),
        ({"sweet": "quick"}, ["/sweet"]),
        ([], [""]),
    ],
)
def test_a_wrong_request_is_pointed_at_and_starts_nothing(
    client: Client, body: object, pointers: list[str]
) -> None:
    before = client.get(PATH).json()["total"]
    response = client.post(PATH, json=body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == pointers
    assert all("profile" not in error["expected"] for error in response.json()["errors"])
    assert client.get(PATH).json()["total"] == before

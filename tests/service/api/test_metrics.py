"""What Prometheus is told."""

from __future__ import annotations

import functools
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.app import create_app
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.settings import Settings
from processes import environment, eventually

Client = TestClient[Litestar]
SCRIPT = Path(__file__).parents[1] / "runs" / "scripted_probes.py"
SAMPLE = re.compile(r"^framework_advisor_(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PYTHONPATH", environment(tmp_path)["PYTHONPATH"])
    app = create_app(Settings(data_dir=tmp_path))
    program = (sys.executable, str(SCRIPT), "ends well")
    app.state.services.queue._probes = functools.partial(ProbeProcess, program=program)
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def samples(client: Client) -> dict[tuple[str, str], float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {(name, labels): float(value) for name, labels, value in SAMPLE.findall(response.text)}


def requests(client: Client) -> dict[str, float]:
    found = samples(client)
    return {
        labels: value
        for (name, labels), value in found.items()
        if name == "http_request_seconds_count"
    }


def test_requests_are_counted_by_template_and_nobody_makes_label_values(fresh: Client) -> None:
    for number in range(20):
        fresh.get(f"/v1/recommendations/rec_{number}")
        fresh.get(f"/nowhere/{number}")
        fresh.request(f"VERB{number}", "/v1/probes")
    assert requests(fresh) == {
        'method="GET",route="/v1/recommendations/{recommendation}",status="404"': 20,
        'method="GET",route="none",status="404"': 20,
        'method="other",route="none",status="405"': 20,
    }


def test_a_failure_is_counted_as_one(fresh: Client) -> None:
    hosts = fresh.app.state.services.store.hosts
    with mock.patch.object(hosts, "all", side_effect=RuntimeError):
        fresh.get("/v1/hosts")
    assert requests(fresh)['method="GET",route="/v1/hosts",status="500"'] == 1


def test_decisions_and_runs_are_counted_by_what_became_of_them(fresh: Client) -> None:
    fresh.post("/v1/recommendations", json={"stage": "research"})
    nothing = {"stage": "research", "candidates": ["keras"], "must_use": ["jax"]}
    assert fresh.post("/v1/recommendations", json=nothing).status_code == 422
    where = fresh.post("/v1/probe-runs", json={}).headers["location"]
    eventually(lambda: fresh.get(where).json()["finished_at"])
    found = eventually(
        lambda: (
            found
            if (found := samples(fresh)).get(("probe_runs_total", 'status="succeeded"'))
            else None
        )
    )
    decided = {k: v for k, v in found.items() if k[0] == "recommendations_total"}
    assert sum(decided.values()) == 1
    assert found["probe_results_total", 'outcome="ok"'] == 1
    assert found["probe_results_total", 'outcome="not_installed"'] == 1
    assert found["probe_run_seconds_count", ""] == 1
    assert found["probe_runs_open", 'status="queued"'] == 0


def test_figures_are_given_also_while_the_store_is_away(fresh: Client) -> None:
    runs = fresh.app.state.services.store.runs
    with mock.patch.object(runs, "open", side_effect=OSError):
        found = samples(fresh)
    assert math.isnan(found["probe_runs_open", 'status="queued"'])


def test_two_applications_count_apart(fresh: Client, client: Client) -> None:
    fresh.get("/v1/probes")
    before = requests(client)
    fresh.get("/v1/probes")
    after = requests(client)
    assert after == before | {'method="GET",route="/metrics",status="200"': 1} | {
        k: v for k, v in after.items() if "/metrics" in k
    }


def test_figures_need_a_key_where_everything_does(tmp_path: Path) -> None:
    key = "a-key-that-may-only-read"
    settings = Settings(data_dir=tmp_path, api_keys=f"{key}:read")
    with TestClient(create_app(settings), "http://127.0.0.1") as client:
        assert client.get("/metrics").status_code == 401
        shown = {"Authorization": f"Bearer {key}"}
        assert client.get("/metrics", headers=shown).status_code == 200

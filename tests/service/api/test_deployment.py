"""``/v1/deployment``, its client and its page, and what recommendations make of it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

import deploying
import measuring
from deploying import tried
from framework_advisor.app import create_app
from framework_advisor.client import AdvisorClient, AsyncAdvisorClient
from framework_advisor.deployment_matrix import DeploymentMatrix
from framework_advisor.runs.exported import MEDIA_TYPE
from framework_advisor.settings import Settings
from framework_probes.export import checksum
from framework_probes.results import Result

Client = TestClient[Litestar]
RESULTS = (
    tried("pytorch", "onnxruntime_web"),
    tried("pytorch", "onnxruntime_web", "encoder", "wrong_result", reason="off by 0.9"),
    tried("keras:tensorflow", "litert"),
    tried("jax", "litert_web", outcome="compiled_only"),
    tried("tensorflow", "tflite_micro", outcome="not_installed", reason="tflite-micro is missing"),
)
PROFILE = {
    "stage": "production",
    "targets": ["browser"],
    "workload": {"family": "cnn"},
    "evidence": {"hosts": [measuring.HOST.id]},
}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Client]:
    app = create_app(Settings(data_dir=tmp_path))
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def keep(service: Client, *results: Result, run: str = "run_d") -> None:
    store = service.app.state.services.store
    with service.portal() as portal:
        portal.call(deploying.keep, store, results, run)


def test_where_no_run_was_made_the_problem_says_how_to_make_one(service: Client) -> None:
    answer = service.get("/v1/deployment")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "framework-advisor probe run --suite deployment" in answer.json()["detail"]
    page = service.get("/deployment")
    assert page.status_code == 200
    assert 'name="suite" value="deployment"' in page.text
    assert 'href="/deployment"' not in service.get("/").text


def test_the_matrix_says_what_works_where_and_why_the_rest_does_not(service: Client) -> None:
    keep(service, *RESULTS)
    found = DeploymentMatrix.model_validate_json(service.get("/v1/deployment").content)
    cells = {(c.subject, c.target): (c.works, c.ok, c.tried) for c in found.cells}
    assert cells == {
        ("pytorch", "browser"): ("partly", 1, 2),
        ("keras:tensorflow", "server"): ("yes", 1, 1),
        ("keras:tensorflow", "android"): ("yes", 1, 1),
        ("keras:tensorflow", "ios"): ("yes", 1, 1),
        ("jax", "browser"): ("compiled_only", 0, 0),
        ("tensorflow", "microcontroller"): ("not_tried", 0, 0),
    }
    assert found.counts == {"ok": 2, "wrong_result": 1, "compiled_only": 1, "not_installed": 1}
    right, wrong = found.paths[:2]
    assert (right.of_source, right.artefact_bytes) == (0.5, 481_000)
    assert right.parity is not None
    assert right.parity.relative == 3e-7
    assert (wrong.outcome, wrong.reason, wrong.latency) == ("wrong_result", "off by 0.9", None)
    assert [path.id for path in found.paths] == [result.id for result in RESULTS]


def test_the_newest_run_is_shown_and_links_to_the_matrix_appear(service: Client) -> None:
    keep(service, tried("jax", "litert_web", run="run_0"), run="run_0")
    keep(service, *RESULTS)
    assert service.get("/v1/deployment").json()["run"] == "run_d"
    page = service.get("/deployment").text
    assert 'href="/deployment" aria-current="page"' in page
    assert 'href="/deployment"' in service.get("/knowledge").text
    rows = re.findall(r'<tr id="([^"]+)">', page)
    assert sorted(rows) == sorted(result.id for result in RESULTS)
    assert set(re.findall(r'<td><a href="#([^"]+)">', page)) <= set(rows)
    assert f'<a href="#{RESULTS[1].id}">in part</a>' in page
    assert "tflite-micro is missing" in page


def test_what_the_newest_run_did_not_try_is_that_of_the_run_before(service: Client) -> None:
    keep(service, *RESULTS)
    again = tried("pytorch", "onnxruntime_web", "encoder", run="run_e")
    cut = tried("keras:tensorflow", "litert", outcome="not_run", reason="0 s left", run="run_e")
    keep(service, again, cut, run="run_e")
    found = DeploymentMatrix.model_validate_json(service.get("/v1/deployment").content)
    assert found.run == "run_e"
    assert [(path.run, path.id) for path in found.paths] == [
        ("run_e", again.id),
        *[("run_d", each.id) for each in RESULTS if each != RESULTS[1]],
    ]
    assert found.counts["ok"] == 3


def test_both_clients_give_the_matrix_with_its_types(service: Client) -> None:
    keep(service, *RESULTS)
    document = service.get("/v1/deployment").content

    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("GET", "/v1/deployment")
        return httpx.Response(200, content=document)

    async def asked() -> DeploymentMatrix:
        transport = httpx.MockTransport(answer)
        async with AsyncAdvisorClient("http://there", transport=transport) as client:
            return await client.deployment()

    with AdvisorClient("http://there", transport=httpx.MockTransport(answer)) as client:
        found = client.deployment()
    assert found == asyncio.run(asked())
    assert found.path(RESULTS[0].id).runtime == "onnxruntime_web"


def test_recommendations_cite_what_ran_on_the_chosen_host_and_follow_a_failure(
    service: Client,
) -> None:
    """The whole way: store, choice of host, decision, page, record."""
    keep(service, *RESULTS)
    works = service.post("/v1/recommendations", json=PROFILE).json()
    cited = works["verdict"]["stack"]["export"][0]["evidence"]
    assert RESULTS[0].id in cited
    assert works["evidence"][RESULTS[0].id]["run"] == "run_d"
    page = service.get(f"/recommendations/{works['id']}").text
    assert f'href="#e-{RESULTS[0].id}">ok</a>' in page
    record = service.get(
        f"/v1/recommendations/{works['id']}/record", headers={"Accept": "text/markdown"}
    ).text
    assert "| pytorch | browser | ONNX, onnxruntime_web, float32 | cnn | ok |" in record
    failed = tried("pytorch", "onnxruntime_web", "cnn", "crash", run="run_e", reason="no such op")
    keep(service, failed, run="run_e")
    fails = service.post("/v1/recommendations", json=PROFILE).json()
    value = {
        each["id"]: next(r["value"]["mean"] for r in each["ranking"] if r["stack"] == "pytorch")
        for each in (works, fails)
    }
    assert value[fails["id"]] < value[works["id"]]
    assert failed.id not in (fails["verdict"]["stack"]["export"][0]["evidence"] or ())
    assert "crash: no such op" in fails["evidence"][failed.id]["statement"]


def test_a_run_of_exports_travels_and_one_that_does_not_add_up_is_refused(
    service: Client, tmp_path: Path
) -> None:
    keep(service, *RESULTS)
    travelled = service.get("/v1/probe-runs/run_d/results", headers={"Accept": MEDIA_TYPE}).content
    elsewhere = create_app(Settings(data_dir=tmp_path / "elsewhere"))
    with TestClient(elsewhere, "http://127.0.0.1", raise_server_exceptions=False) as other:
        sent = {"Content-Type": "application/json"}
        taken = other.post("/v1/probe-runs/import", content=travelled, headers=sent)
        assert taken.status_code == 201, taken.text
        assert (
            other.get("/v1/deployment").json()["cells"]
            == (service.get("/v1/deployment").json()["cells"])
        )
        # As close as it says, and yet beyond what passes.
        forged = json.loads(travelled)
        forged["results"][0]["deployed"]["parity"]["relative"] = 0.5
        forged["sha256"] = checksum(forged)
        refused = other.post("/v1/probe-runs/import", json=forged)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == [
        "/results/0/deployed/parity/relative"
    ]

"""The page of the host and of a run, without a browser; the run is the one that the docs keep."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.runs.records import Run
from framework_advisor.web.views.runs import seconds_left
from framework_probes.results import RunRequest
from processes import eventually

Client = TestClient[Litestar]
(KEPT,) = (Path(__file__).parents[3] / "docs" / "measured").glob("*.json")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def run(pages: Client) -> str:
    """The id of a run that was measured elsewhere."""
    taken = pages.post(
        "/v1/probe-runs/import",
        content=KEPT.read_bytes(),
        headers={"Content-Type": "application/json"},
    )
    assert taken.status_code == 201, taken.text
    return str(taken.json()["id"])


def test_every_result_of_a_run_stands_on_its_page(pages: Client, run: str) -> None:
    page = pages.get(f"/probe-runs/{run}")
    results = pages.get(f"/v1/probe-runs/{run}/results").json()
    assert page.status_code == 200
    rows = re.findall(r'<tr[^>]*><th scope="row">[^<]+, (?:eager|compiled)', page.text)
    assert len(rows) == len(results["results"])
    assert results["host"]["id"] in page.text
    versions = {f"{n} {v}" for e in results["environments"] for n, v in e["packages"].items()}
    assert {version for version in versions if version not in page.text} == set()


def test_ratios_on_the_page_are_those_that_were_measured(pages: Client, run: str) -> None:
    page = pages.get(f"/probe-runs/{run}").text
    pairs = pages.get(f"/v1/probe-runs/{run}/results").json()["pairs"]
    known = {round(p["ratio"], 9) for p in pairs} | {round(1 / p["ratio"], 9) for p in pairs}
    shown = [float(r) for r in re.findall(r'data-label="[^"]+" data-ratio="([^"]+)"', page)]
    assert len(shown) > 20
    assert {r for r in shown if round(r, 9) not in known} == set()
    # The first of a probe is the fastest: others take as long or longer, within what is measured.
    assert min(shown) > 0.9


def test_every_contender_has_its_place_on_the_map(pages: Client, run: str) -> None:
    page = pages.get(f"/probe-runs/{run}").text
    cells = re.findall(r'<td class="(?:fast|slow|none)\d?" title="([^"]+)"', page)
    results = pages.get(f"/v1/probe-runs/{run}/results").json()["results"]
    assert len(cells) == len(results)


def test_points_of_the_roofline_lie_where_flops_and_times_put_them(pages: Client, run: str) -> None:
    page = pages.get(f"/probe-runs/{run}").text
    host = pages.get("/v1/probe-runs").json()["items"][0]["host"]
    assert host in page
    (flops, peak_bytes) = re.search(r'data-flops="([^"]+)" data-bytes="([^"]+)"', page).groups()
    points = re.findall(r'data-intensity="([^"]+)" data-rate="([^"]+)"', page)
    assert len(points) >= 12
    above = [
        (i, r)
        for i, r in points
        if float(r) > 1.1 * min(float(flops), float(i) * float(peak_bytes))
    ]
    assert above == []


def test_two_runs_are_compared_on_a_page(pages: Client, run: str) -> None:
    page = pages.get(f"/probe-runs/{run}/compare", params={"other": run})
    assert (page.status_code, "Over all 60" in page.text) == (200, True)
    gone = pages.get(f"/probe-runs/{run}/compare", params={"other": "run_0"})
    assert gone.status_code == 404


def test_an_imported_run_has_ended_and_its_stream_too(pages: Client, run: str) -> None:
    assert "run.js" not in pages.get(f"/probe-runs/{run}").text
    assert pages.get(f"/probe-runs/{run}/events").status_code in (200, 204)


def test_the_host_page_says_what_is_here(pages: Client, run: str) -> None:
    page = pages.get("/host").text
    current = pages.get("/v1/hosts/current").json()
    told = [v for v in (*current["frameworks"].values(), current["host"]["id"]) if v]
    assert {each for each in told if each not in page} == set()
    assert f"/probe-runs/{run}" in page


def test_a_budget_that_is_none_is_told_at_its_field(pages: Client) -> None:
    before = pages.get("/v1/probe-runs").json()["total"]
    page = pages.post("/probe-runs", data={"suite": "quick", "budget_s": "soon"})
    assert page.status_code == 422
    (field,) = re.findall(r'<input id="budget_s"[^>]+>', page.text)
    assert 'value="soon"' in field
    assert 'aria-invalid="true"' in field
    assert 'id="budget_s-error"' in page.text
    assert pages.get("/v1/probe-runs").json()["total"] == before


def going_on(done: int, planned: int | None, begun: float | None, budget: float | None) -> Run:
    started = None if begun is None else NOW - timedelta(seconds=begun)
    request = RunRequest("run_1", budget_s=budget)
    return Run(
        "run_1", "h", "running", request, NOW, started_at=started, done=done, planned=planned
    )


@pytest.mark.parametrize(
    ("run", "left"),
    [
        (going_on(10, 40, 20.0, 1000.0), 60.0),
        (going_on(10, 40, 20.0, 50.0), 30.0),
        (going_on(10, 40, 60.0, 50.0), 0.0),
        (going_on(0, 40, 5.0, 50.0), 45.0),
        (going_on(10, None, 20.0, 50.0), None),
        (going_on(0, 40, None, 50.0), None),
    ],
)
def test_the_time_left_goes_by_the_pace_and_never_beyond_the_budget(
    run: Run, left: float | None
) -> None:
    assert seconds_left(run, NOW) == left


def test_what_was_imported_is_what_the_file_holds(pages: Client, run: str) -> None:
    kept = json.loads(KEPT.read_text())
    shown = pages.get(f"/probe-runs/{run}").text
    assert f"{len(kept['results'])} ok" in shown


def test_a_run_that_an_answer_asks_for_leads_back_to_it(pages: Client) -> None:
    asked = {"suite": "quick", "probes": "matmul", "frameworks": "jax", "answer": "rec_0"}
    where = pages.post("/probe-runs", data=asked).headers["location"]
    run, _, query = where.partition("?")
    assert query == "answer=rec_0"
    page = pages.get(where).text
    assert 'action="/recommendations/rec_0/again"' not in page
    assert pages.post(f"{run}/cancel").headers["location"] == run
    eventually(lambda: pages.get(f"/v1{run}").json()["finished_at"])
    assert 'action="/recommendations/rec_0/again"' in pages.get(where).text
    assert f'action="{run}/resume"' in pages.get(run).text
    odd = pages.post("/probe-runs", data={**asked, "budget_s": "-1", "answer": "//evil.example"})
    assert (odd.status_code, "evil.example" in odd.text) == (422, False)

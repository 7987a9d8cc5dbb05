"""Examples of the API document: real calls, with what differs from call to call made steady."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from litestar import Litestar
from litestar.testing import TestClient
from structlog.testing import capture_logs

from framework_advisor.api import excerpts
from framework_advisor.app import create_app
from framework_advisor.errors import StoreFull
from framework_advisor.runs.exported import MEDIA_TYPE as EXPORT
from framework_advisor.settings import Settings
from framework_advisor.store.failures import NO_ROOM
from framework_knowledge import Knowledge
from framework_probes import host
from framework_probes.export import SCHEMA, of_events
from framework_probes.recomputation import recompute
from framework_probes.results import RunRequest, Started
from framework_probes.serialization import with_id
from pages.measured import KeptRun

KEY = "an-example-of-a-key-that-may-only-read"
#: What differs from call to call, by the name of the field.
STEADY = {
    "created_at": "2026-01-05T09:30:00Z",
    "imported_at": "2026-01-05T09:30:00Z",
    "started_at": "2026-01-05T09:30:00Z",
    "finished_at": "2026-01-05T09:31:00Z",
    "first_seen": "2026-01-05T09:30:00Z",
    "last_seen": "2026-01-05T09:30:00Z",
    "measured_at": "2026-01-05T09:31:00Z",
    "at": "2026-01-05T09:30:00Z",
    "request_id": "0123456789abcdef",
}
#: A run of another machine.
ELSEWHERE = "run_fedcba9876543210"
REQUEST = {"suite": "quick", "frameworks": ["pytorch", "jax"], "probes": ["matmul"]}
Shown = dict[str, Any]


def http_examples(knowledge: Knowledge, run: KeptRun, exports: KeptRun | None) -> str:
    """The text of the file that the API document takes its examples from."""
    day = knowledge.checked_on
    packages = {name: v for each in run.environments for name, v in each.packages.items()}
    versions = {
        framework: packages[name]
        for framework, names in host.DISTRIBUTIONS.items()
        for name in names
        if name in packages
    }
    with (
        capture_logs(),  # mistakes are made on purpose here
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(excerpts, "_today", return_value=day),
        mock.patch.object(host, "fingerprint", return_value=run.host),
        mock.patch.object(host, "installed", return_value=versions),
    ):
        operations = _operations(Path(folder) / "open", run, exports, knowledge)
        problems = _problems(Path(folder))
    made = {"operations": operations, "problems": problems}
    return json.dumps(_steady(made), indent=1, ensure_ascii=False) + "\n"


@contextlib.contextmanager
def _service(folder: Path, **settings: Any) -> Iterator[TestClient[Litestar]]:
    """The service, which takes runs in and executes none."""
    app = create_app(Settings(data_dir=folder, **settings))
    queue = app.state.services.queue

    async def idle() -> None:
        while not queue._stopping:
            await queue._wake.wait()
            queue._wake.clear()

    queue._work = idle
    queue.host = host.fingerprint()
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def _operations(
    folder: Path, run: KeptRun, exports: KeptRun | None, knowledge: Knowledge
) -> dict[str, Shown]:
    profile = {
        "name": "photo app",
        "stage": "production",
        "targets": ["android"],
        "candidates": ["pytorch", "keras"],
        "evidence": {"as_of": str(knowledge.checked_on), "probe_run": None},
    }
    early = {**profile, "evidence": {"as_of": "2017-06-01", "probe_run": None}}
    with _service(folder) as client:
        with client.portal() as portal:
            portal.call(_kept, client.app.state.services.store, run)
        calls = _Calls(client)
        calls.make("POST /v1/recommendations?explain=false", profile)
        first = calls.make("POST /v1/recommendations", early, show=False)["id"]
        calls.make("GET /v1/recommendations")
        calls.make("GET /v1/recommendations/{recommendation}", recommendation=first)
        calls.make("GET /v1/recommendations/{recommendation}/record", recommendation=first)
        calls.make(
            "POST /v1/recommendations/{recommendation}/replay",
            {"as_of": "2018-01-01"},
            recommendation=first,
        )
        calls.make("GET /v1/knowledge")
        calls.make("GET /v1/knowledge/criteria?criterion=longevity")
        calls.make("GET /v1/knowledge/frameworks?framework=jax")
        calls.make("GET /v1/knowledge/claims?framework=keras&criterion=debugging&status=holds")
        calls.make(f"GET /v1/knowledge/sources?source={knowledge.sources[0].id}")
        calls.make("GET /v1/knowledge/tables?framework=keras&criterion=debugging")
        calls.make("GET /v1/probes")
        calls.make("GET /v1/hosts")
        calls.make("GET /v1/hosts/current")
        calls.make("GET /v1/probe-runs/{run}", run=run.run)
        calls.make("GET /v1/probe-runs/{run}/results", run=run.run)
        calls.make("GET /v1/probe-runs/{run}/results", run=run.run, accept="text/csv")
        calls.make("GET /v1/probe-runs/{run}/events", run=run.run)
        travelled = _exported(run)
        other = calls.make("POST /v1/probe-runs/import", travelled)["id"]
        calls.make("POST /v1/probe-runs/import", travelled)  # it is known by now
        calls.make("GET /v1/probe-runs/{run}/results", run=other, accept=EXPORT)
        calls.make("GET /v1/probe-runs/{run}/compare/{other}", run=run.run, other=other)
        calls.make("GET /v1/probe-runs")
        queued = calls.make("POST /v1/probe-runs", REQUEST)["id"]
        calls.make("DELETE /v1/probe-runs/{run}", run=queued)
        calls.make("POST /v1/probe-runs/{run}/resume", run=queued)
        calls.make("GET /health/live")
        calls.make("GET /health/ready")
        if exports is not None:
            with client.portal() as portal:
                portal.call(_kept_exports, client.app.state.services.store, exports)
            calls.make("GET /v1/deployment")
        for parameter in ("recommendation", "run"):
            for name, shown in calls.shown.items():
                if f"{{{parameter}}}" in name:
                    shown["parameters"] = {
                        parameter: first if parameter == "recommendation" else run.run,
                        **({"other": other} if "{other}" in name else {}),
                    }
    return calls.shown


class _Calls:
    """Calls, and what each was answered with."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self._client = client
        self.shown: dict[str, Shown] = {}

    def make(
        self, call: str, body: Any = None, *, show: bool = True, accept: str = "*/*", **filled: str
    ) -> Any:
        method, _, url = call.partition(" ")
        response = self._client.request(
            method, url.format(**filled), json=body, headers={"Accept": accept}
        )
        response.raise_for_status()
        media = response.headers["content-type"].split(";")[0]
        content = response.json() if media.endswith("json") else response.text
        if show:
            shown = self.shown.setdefault(call.partition("?")[0], {})
            if body is not None:
                shown["request"] = {"application/json": body}
            answers = shown.setdefault("responses", {})
            # A stream's schema is that of one event, and the example shows several.
            if media != "text/event-stream":
                answers.setdefault(str(response.status_code), {})[media] = content
        return content


async def _kept(store: Any, run: KeptRun) -> None:
    """A few results of the run that the docs keep, as if it had been measured just now."""
    probe = run.pairs[0].probe
    results = [each for each in run.results if each.probe == probe][:2]
    asked = RunRequest(run=run.run, suite=run.suite, probes=(probe,))
    await store.hosts.add(run.host)
    await store.runs.create(asked, run.host.id)
    await store.runs.start(run.run)
    await store.runs.note(run.run, planned=len(results))
    for environment in run.environments[:2]:
        await store.runs.add_environment(run.run, environment)
    for done, result in enumerate(results, 1):
        await store.runs.add_result(result)
        await store.runs.note(run.run, done=done, message=f"{result.id} is done")
    await store.runs.add_pair(run.pairs[0])
    await store.runs.end(run.run, "succeeded", f"{len(results)} results: {len(results)} ok")


async def _kept_exports(store: Any, run: KeptRun) -> None:
    """Of the kept run of exports a result for each outcome, the first that came."""
    first = {each.outcome: each for each in reversed(run.results)}
    await store.hosts.add(run.host)
    await store.runs.create(RunRequest(run=run.run, suite=run.suite), run.host.id)
    await store.runs.start(run.run)
    for result in first.values():
        await store.runs.add_result(result)
    await store.runs.end(run.run, "succeeded", "")


def _exported(run: KeptRun) -> Any:
    """Two of its results as if another machine had measured them."""
    probe = run.pairs[0].probe
    results = [
        with_id("res", replace(each, run=ELSEWHERE, id=""))
        for each in run.results
        if each.probe == probe
    ][:2]
    used = {each.environment for each in results}
    asked = RunRequest(run=ELSEWHERE, suite=run.suite, probes=(probe,))
    events = [
        Started(run.host, run.peaks, len(results), asked),
        *(each for each in run.environments if each.id in used),
        *results,
        *recompute(results).pairs,
    ]
    return json.loads(of_events(events, f"{run.measured_on}T09:30:00Z"))


def _problems(folder: Path) -> dict[str, Shown]:
    path = "/v1/recommendations"
    found = []
    with _service(folder / "problems", max_body_bytes=1000) as client:
        run = client.post("/v1/probe-runs", json=REQUEST).json()["links"]["self"]
        client.delete(run)
        found += [
            client.get(f"{path}/rec_0123456789abcdef0123456789abcdef"),
            client.delete(run),
            client.post(path, json={"name": "x" * 2000}),
            client.post(path, content=b"stage=production", headers={"Content-Type": "text/plain"}),
            client.get("/v1/probes", headers={"Host": "evil.example"}),
            client.post(path, json={"stage": "proud", "targets": ["android", "toaster"]}),
        ]
        services = client.app.state.services
        away = mock.Mock(connect=mock.Mock(side_effect=OSError("example")))
        with mock.patch.object(services.store, "_engine", away):
            found.append(client.get("/health/ready"))
        with mock.patch.object(services.store.hosts, "all", side_effect=OSError("example")):
            found.append(client.get("/v1/hosts"))
        with mock.patch.object(services.store.runs, "create", side_effect=StoreFull(NO_ROOM)):
            found.append(client.post("/v1/probe-runs", json=REQUEST))
    with _service(folder / "keyed", api_keys=f"{KEY}:read", rate_limit=1) as client:
        shown = {"Authorization": f"Bearer {KEY}"}
        found.append(client.get(path))
        found.append(client.post(path, json={"stage": "research"}, headers=shown))
        client.get(path, headers=shown)
        found.append(client.get(path, headers=shown))
    return {str(each.status_code): each.json() for each in sorted(found, key=_status)}


def _status(response: Any) -> int:
    return int(response.status_code)


def _steady(value: Any, name: str = "") -> Any:
    """The same without what differs from call to call and from machine to machine."""
    if isinstance(value, dict) and value.get("schema") == SCHEMA:
        return value  # its checksum holds as it is, and so do its figures
    if isinstance(value, dict):
        return {key: _steady(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_steady(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if not isinstance(value, str):
        return value
    if name in STEADY:
        return STEADY[name]  # null has returned above
    value = re.sub(r"rec_[0-9a-f]{32}", "rec_0123456789abcdef0123456789abcdef", value)
    value = re.sub(rf"(?!{ELSEWHERE})run_[0-9a-f]{{16}}", "run_0123456789abcdef", value)
    value = re.sub(r"(?<=^- Date: )\d{4}-\d\d-\d\d", "2026-01-05", value, flags=re.MULTILINE)
    value = re.sub(r"come back in \d+ s", "come back in 42 s", value)
    return re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "2026-01-05T09:30:00Z", value)

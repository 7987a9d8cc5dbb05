"""A page of a real Chromium and Node: one path each, and the server of the page."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from browsers import browser
from databases import missing
from framework_probes import environments
from framework_probes.deployment.web.pages import PageServer
from framework_probes.deployment.web.programs import ProgramMissing, program
from framework_probes.results import Result, RunRequest
from framework_probes.seats import Setup
from framework_probes.session import execute

NAME = "deployment-web"
PAGE = "deployment.cnn/pytorch-onnx-onnxruntime_web"
NODE = "deployment.cnn/pytorch-onnx-onnxruntime_web_node"
NATIVE = "deployment.cnn/pytorch-onnx-onnxruntime_node"


@pytest.fixture(scope="module")
def ran() -> dict[str | None, Result]:
    """Results by path; the file is exported once for all three."""
    found = environments.declared()[NAME]
    if not found.built:
        missing(NAME, f"it is not built: {found.how_to_build}")
    if shutil.which("node") is None:
        missing(NAME, "there is no Node.js on the path")
    browser()
    events = execute(RunRequest("run_1", "deployment", probes=(PAGE, NODE, NATIVE)), Setup())
    return {e.contender.variant: e for e in events if isinstance(e, Result)}


def test_onnx_runtime_web_computes_the_same_in_a_page(ran: dict[str | None, Result]) -> None:
    result = ran[PAGE.partition("/")[2]]
    assert (result.outcome, result.reason) == ("ok", None)
    deployed = result.deployed
    assert deployed is not None
    assert deployed.targets == ("browser",)
    assert deployed.parity is not None
    assert deployed.parity.relative < 5e-6
    assert deployed.latency is not None
    assert deployed.latency.calls >= 10
    assert {"chromium", "onnxruntime-web"} <= deployed.versions.keys()
    # What the page fetched, not what npm has installed.
    assert 5e6 < (deployed.runtime_bytes or 0) < 60e6
    assert not deployed.notes


@pytest.mark.parametrize(
    ("path", "package"), [(NODE, "onnxruntime-web"), (NATIVE, "onnxruntime-node")]
)
def test_node_computes_the_same(ran: dict[str | None, Result], path: str, package: str) -> None:
    result = ran[path.partition("/")[2]]
    assert (result.outcome, result.reason) == ("ok", None)
    deployed = result.deployed
    assert deployed is not None
    assert deployed.targets[0] == "node"
    assert deployed.parity is not None
    assert deployed.parity.relative < 5e-6
    assert {"node", package} <= deployed.versions.keys()
    assert (deployed.peak_rss or 0) > 10e6


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[PageServer]:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.wasm").write_bytes(b"wasm")
    (tmp_path / "secret").write_text("no")
    with PageServer({"given": tmp_path / "given"}, b"rows") as server:
        yield server


def asked(server: PageServer, method: str, path: str, body: bytes = b"") -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection(server.origin.removeprefix("http://"), timeout=10)
    connection.request(method, path, body or None)
    answer = connection.getresponse()
    content = answer.read()
    isolated = answer.headers["Cross-Origin-Embedder-Policy"]
    connection.close()
    assert (answer.headers["Cross-Origin-Opener-Policy"], isolated) == (
        "same-origin",
        "require-corp",
    )
    return answer.status, content, answer.headers["Content-Type"]


def test_a_page_is_given_its_folders_and_nothing_beside_them(pages: PageServer) -> None:
    assert pages.origin.startswith("http://127.0.0.1:")
    assert asked(pages, "GET", "/given/a.wasm") == (200, b"wasm", "application/wasm")
    assert asked(pages, "GET", "/rows")[1] == b"rows"
    for outside in ("/given/../secret", "/given/%2e%2e/secret", "/secret", "/given/", "/other/a"):
        assert asked(pages, "GET", outside)[0] == 404, outside
    assert pages.fetched == {"given": 4}


def test_a_page_leaves_its_answers_in_one_place(pages: PageServer) -> None:
    assert asked(pages, "POST", "/elsewhere", b"x")[0] == 404
    assert pages.answers == b""
    assert asked(pages, "POST", "/answers", b"1234")[0] == 200
    assert pages.answers == b"1234"


def test_a_program_that_is_absent_is_named() -> None:
    with pytest.raises(ProgramMissing, match="Chromium is not on the path as none-such"):
        program("Chromium", "none-such")

"""The reader of the API document, in a real browser that reaches nothing but the service."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Page, Route, sync_playwright

from browsers import OPTIONS, browser
from framework_advisor.api.reader import ASSETS
from processes import Server


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    path = browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*OPTIONS])
        yield chromium.new_page(viewport={"width": 1200, "height": 1400})
        chromium.close()


def test_the_reader_works_in_a_browser_that_reaches_nothing_else(
    server: Server, page: Page
) -> None:
    elsewhere: list[str] = []
    complaints: list[str] = []

    def only_here(route: Route) -> None:
        if route.request.url.startswith((server.url, "data:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    page.route("**/*", only_here)
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/schema")
    page.wait_for_selector('[data-path="/v1/recommendations/{recommendation}/replay"]')
    page.click("#operations-recommendations-V1RecommendationsRecommend button")
    page.wait_for_selector("text=photo app")
    operations = page.locator(".opblock").count()
    described = server.client.get("/schema/openapi.json").json()["paths"]
    assert operations == sum(map(len, described.values()))
    if folder := os.environ.get("FRAMEWORK_ADVISOR_TEST_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / "schema.png")
    assert elsewhere == []
    assert complaints == []


def test_what_the_reader_loads_comes_from_here(client: TestClient[Litestar]) -> None:
    page = client.get("/schema")
    loaded = re.findall(r"(?:src|href)=\"(/schema/assets/[^\"]+)\"", page.text)
    assert {path.rpartition("/")[2] for path in loaded} == set(ASSETS)
    for path in loaded:
        asset = client.get(path)
        kind = "text/javascript" if path.endswith(".js") else "text/css"
        assert (asset.status_code, asset.headers["content-type"].split(";")[0]) == (200, kind)
        again = client.get(path, headers={"If-None-Match": asset.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert "'unsafe" not in page.headers["content-security-policy"]
    assert client.get("/schema/assets/settings.py").status_code == 404


def test_the_reader_is_packed_with_its_licence() -> None:
    folder = Path(__file__).parents[3] / "service" / "framework_advisor" / "web" / "vendored"
    for name in ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"):
        assert (folder / "swagger-ui" / name).stat().st_size
    size = sum(file.stat().st_size for file in (folder / "swagger-ui").rglob("*"))
    assert size < 2_200_000

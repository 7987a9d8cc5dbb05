"""The service as a process, and people's browser: a real one that reaches nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from browsers import OPTIONS, Look, Seen, browser
from processes import Server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One service for a module's tests; each looks only at what it made itself."""
    with Server(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the session: while it runs, no other test could have an event loop of its own."""
    path = browser()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*OPTIONS])
        yield started
        started.close()


@pytest.fixture
def look(chromium: Browser) -> Iterator[Look]:
    """Opens a window on a service: ``look(url, width=360, color_scheme="dark")``."""
    contexts = []

    def opened(url: str, width: int = 1200, **options: Any) -> tuple[Page, Seen]:
        context = chromium.new_context(
            base_url=url, viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        page, seen = context.new_page(), Seen()

        def only_here(route: Route) -> None:
            if route.request.url.startswith((url, "data:")):
                route.continue_()
            else:
                seen.elsewhere.append(route.request.url)
                route.abort()

        page.route("**/*", only_here)
        page.on(
            "console",
            lambda said: seen.complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on(
            "requestfinished",
            lambda request: seen.bodies.update({request.url: request.sizes()["responseBodySize"]}),
        )
        return page, seen

    yield opened
    for context in contexts:
        context.close()

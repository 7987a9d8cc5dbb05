"""A JavaScript runtime in a page of a real, headless Chromium."""

from __future__ import annotations

from typing import Any

import numpy as np
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as BrowserError

from framework_probes.deployment.artefacts import Served, Task
from framework_probes.deployment.web.libraries import (
    HERE,
    for_page,
    job,
    node_modules,
    package_versions,
    served,
)
from framework_probes.deployment.web.pages import PageServer
from framework_probes.deployment.web.programs import peak_of_children, program

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: What is drawn is drawn by software, so that a host without a display has WebGL and WebGPU too.
OPTIONS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
WEBGPU = (
    "--enable-unsafe-webgpu",
    "--enable-features=Vulkan",
    "--use-webgpu-adapter=swiftshader",
)
#: Milliseconds for all that a page does.
PATIENCE_MS = 180_000


def run(task: Task) -> Served:
    """Fetch the library and the artefact from the loopback, run every row, time single requests."""
    folders = {"node_modules": node_modules(task), "web": HERE, "artefact": task.folder}
    rows = np.ascontiguousarray(task.rows, np.float32).tobytes()
    with PageServer(folders, rows) as server, sync_playwright() as playwright:
        more = WEBGPU if task.options["provider"] == "webgpu" else ()
        browser = playwright.chromium.launch(
            executable_path=program("Chromium", *NAMES), args=[*OPTIONS, *more], timeout=PATIENCE_MS
        )
        try:
            done = _work(browser, server, task)
            memory = peak_of_children("--type=renderer")
            version = browser.version
        finally:
            browser.close()
        answers = np.frombuffer(server.answers, done["dtype"]).reshape(done["dims"])
        fetched = server.fetched.get("node_modules")
    task.keep(answers)
    isolated = "" if done["said"]["isolated"] else "the page was not isolated, its clock is blunt"
    done["said"]["notes"] += [isolated] if isolated else []
    return served(
        done["said"],
        package_versions(task) | {"chromium": version},
        installed_bytes=fetched,
        peak_rss=memory,
    )


def _work(browser: Browser, server: PageServer, task: Task) -> dict[str, Any]:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((server.origin, "data:", "blob:"))
            else elsewhere.append(request.url)
        ),
    )
    page.goto(server.origin)
    page.wait_for_function("() => globalThis.work !== undefined")
    try:
        done: dict[str, Any] = page.evaluate(
            "(job) => globalThis.work(job)", job(task) | for_page(task)
        )
    except BrowserError as error:
        said = str(error).removeprefix("Page.evaluate: ").strip().splitlines()
        raise RuntimeError(f"in the page: {said[0] if said else 'no message'}") from None
    if elsewhere:
        raise RuntimeError(f"the page asked for {elsewhere[0]}, which is not on this host")
    return done

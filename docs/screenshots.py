"""The screenshots of docs/screenshots, taken of a real service with the run that the docs keep."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browsers import OPTIONS, browser  # noqa: E402
from processes import Server  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
(KEPT,) = (ROOT / "docs" / "measured").glob("*.json")
EXAMPLE = "cpu_vision_service"
WIDE, PHONE = (1120, 900), (360, 760)


@contextmanager
def service() -> Iterator[tuple[Server, str, str]]:
    """A service with a run and an answer: it, and their paths."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        json = {"Content-Type": "application/json"}
        run = server.client.post(
            "/v1/probe-runs/import", content=KEPT.read_bytes(), headers=json
        ).json()
        profile = (ROOT / "examples" / f"{EXAMPLE}.json").read_bytes()
        answer = server.client.post("/v1/recommendations", content=profile, headers=json).json()
        yield server, f"/probe-runs/{run['id']}", f"/recommendations/{answer['id']}"


def take(
    chromium: Browser,
    address: str,
    name: str,
    *,
    size: tuple[int, int] = WIDE,
    scheme: str = "light",
) -> None:
    """One picture: what is seen first at the address, or of the place in it that it names."""
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    path = browser()
    with service() as (server, run, answer), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*OPTIONS])
        here = server.url
        take(chromium, f"{here}/?example={EXAMPLE}", "form")
        take(chromium, f"{here}{answer}", "answer")
        take(chromium, f"{here}{answer}#weights", "weights")
        take(chromium, f"{here}{answer}", "answer_phone", size=PHONE, scheme="dark")
        take(chromium, f"{here}{run}", "run", scheme="dark")
        take(chromium, f"{here}/host", "host")
        take(chromium, f"{here}/knowledge/tables", "tables")
        chromium.close()


if __name__ == "__main__":
    main()

"""A real browser."""

from __future__ import annotations

import shutil

from databases import missing


def browser() -> str:
    """The path of a Chromium."""
    found = filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    return next(found, None) or missing("browser", "there is no Chromium on the path")


OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

"""A real browser, and what went on in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

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


@dataclass
class Seen:
    """What went on while a page was looked at."""

    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    #: Bytes of each body that came.
    bodies: dict[str, int] = field(default_factory=dict)

    @property
    def nothing_wrong(self) -> bool:
        """No request left for elsewhere, and the console has no error."""
        return not self.elsewhere and not self.complaints


Look = Callable[..., tuple[Page, Seen]]

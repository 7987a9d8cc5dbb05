"""Write the pages that are made from data: ``python docs/generate.py [--check]``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from framework_advisor.probe_facts import probe_facts
from pages import evaluation_pages, pages
from pages.catalogue import catalogue


def main() -> None:
    """Write the pages; with ``--check`` only say which ones lag, and fail if any does."""
    checks = "--check" in sys.argv[1:]
    # What decisions are made with comes before the pages that show some.
    lagging = _lagging(catalogue(), write=not checks)
    probe_facts.cache_clear()
    lagging += _lagging(pages() | evaluation_pages(), write=not checks)
    if checks and lagging:
        sys.exit("run make docs: " + ", ".join(path.name for path in lagging))


def _lagging(made: Mapping[Path, str], *, write: bool) -> list[Path]:
    lagging = [p for p, text in made.items() if not p.exists() or p.read_text() != text]
    for path in lagging if write else ():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path])
    return lagging


if __name__ == "__main__":
    main()

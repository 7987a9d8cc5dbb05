"""Write the pages that are made from data: ``python docs/generate.py [--check]``."""

from __future__ import annotations

import sys

from pages import evaluation_pages, pages


def main() -> None:
    """Write the pages; with ``--check`` only say which ones lag, and fail if any does."""
    made = pages() | evaluation_pages()
    lagging = [p for p, text in made.items() if not p.exists() or p.read_text() != text]
    if "--check" in sys.argv[1:]:
        sys.exit("run make docs: " + ", ".join(p.name for p in lagging) if lagging else 0)
    for path in lagging:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path])


if __name__ == "__main__":
    main()

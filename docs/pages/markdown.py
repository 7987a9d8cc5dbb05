"""Cells and links of Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable


def row(*cells: str) -> str:
    """One row of a table; line breaks and bars in a cell do not break it."""
    return "| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in cells) + " |"


def header(*cells: str) -> Iterable[str]:
    """The first two rows of a table."""
    return (row(*cells), "|" + "---|" * len(cells))


def claim_links(ids: Iterable[str], page: str = "claims.md") -> str:
    """Links to claims on their page."""
    return ", ".join(f"[{each}]({page}#{each})" for each in ids)

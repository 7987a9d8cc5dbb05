"""The record as one page to read and to print: made from its Markdown, with no script."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

#: Nothing is loaded and nothing runs, whatever the record holds.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html(markdown: str) -> str:
    """A whole document, in one file, of a record in Markdown."""
    title = markdown.partition("\n")[0].removeprefix("# ").replace("\\", "")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n"
        f"<body>\n<main>\n{_reader().render(markdown)}</main>\n</body>\n</html>\n"
    )


@cache
def _reader() -> MarkdownIt:
    # Whoever writes no page, as most commands, does not wait for it.
    from markdown_it import MarkdownIt

    # Tags are text, and pictures would be fetched.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@cache
def _style() -> str:
    return files("framework_advisor.report").joinpath("page.css").read_text(encoding="utf-8")

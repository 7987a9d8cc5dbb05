"""``/``: the page for people."""

from __future__ import annotations

from litestar import MediaType, get

from framework_advisor.web import start_page


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def start() -> str:
    """Say what this is and how to go on."""
    return start_page()

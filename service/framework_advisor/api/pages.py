"""``/``: the page for people."""

from __future__ import annotations

import base64
import hashlib
import re

from litestar import MediaType, Response, get

from framework_advisor.web import start_page


def content_policy(page: str) -> str:
    """A policy under which the page may use its own styles and the scripts that stand in it."""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests] or ["'none'"]
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {' '.join(allowed)}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def start() -> Response[str]:
    """Say what this is and how to go on."""
    page = start_page()
    return Response(page, headers={"Content-Security-Policy": content_policy(page)})

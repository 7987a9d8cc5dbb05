"""``/static``: what pages load, from files of this package alone."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from framework_advisor.api.responses import fresh

#: Name to the file and its type. The libraries are as their authors published them.
ASSETS = {
    "htmx.js": ("vendored/htmx/htmx.min.js", "text/javascript"),
    "d3.js": ("vendored/d3/d3.min.js", "text/javascript"),
    "plot.js": ("vendored/plot/plot.umd.min.js", "text/javascript"),
    "page.css": ("static/page.css", "text/css"),
    "icon.svg": ("static/icon.svg", "image/svg+xml"),
    "form.js": ("static/form.js", "text/javascript"),
    "charts.js": ("static/charts.js", "text/javascript"),
    "weights.js": ("static/weights.js", "text/javascript"),
    "run.js": ("static/run.js", "text/javascript"),
}
#: An address names the content, so that what lies there never changes.
FOR_GOOD = "public, max-age=31536000, immutable"


@cache
def _content(name: str) -> tuple[bytes, str]:
    content = files("framework_advisor.web").joinpath(ASSETS[name][0]).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]


def address(name: str) -> str:
    """Where a page loads it from."""
    return f"/static/{_content(name)[1]}/{name}"


@get("/static/{digest:str}/{name:str}", include_in_schema=False, sync_to_thread=True)
def static(
    request: Request[Any, Any, Any], digest: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """Give a file that a page loads."""
    if name not in ASSETS or digest != _content(name)[1]:
        raise NotFoundException
    return fresh(request, _content(name)[0], f'"{digest}"', ASSETS[name][1], FOR_GOOD)

"""``/schema``: the OpenAPI document for people, from files of this package alone."""

from __future__ import annotations

import asyncio
import hashlib
import html
from importlib.resources import files
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.params import FromPath

from framework_advisor.api.access import answer_with
from framework_advisor.api.responses import fresh

#: What the page loads: the reader as its authors published it, and how it is started here.
ASSETS = {
    "swagger-ui-bundle.js": ("vendored/swagger-ui/swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": ("vendored/swagger-ui/swagger-ui.css", "text/css"),
    "reader.js": ("reader.js", "text/javascript"),
    "reader.css": ("reader.css", "text/css"),
}
#: Everything from here; the images are those that the style sheet holds.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: HTTP</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/schema/assets/swagger-ui.css">
<link rel="stylesheet" href="/schema/assets/reader.css">
</head>
<body>
<noscript><h1>{title}: HTTP</h1>
<p>The whole description: <a href="/schema/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<table>{rows}</table></noscript>
<div id="reader"></div>
<script src="/schema/assets/swagger-ui-bundle.js"></script>
<script src="/schema/assets/reader.js"></script>
</body>
</html>
"""


class Reader(OpenAPIRenderPlugin):
    """Every operation, to be looked at and tried; a plain list where there are no scripts."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page."""
        answer_with(request.scope, {"Content-Security-Policy": POLICY})
        rows = "".join(
            f"<tr><td><code>{method.upper()} {html.escape(path)}</code></td>"
            f"<td>{html.escape(operation.get('description', ''))}</td></tr>\n"
            for path, operations in sorted(openapi_schema["paths"].items())
            for method, operation in operations.items()
        )
        return PAGE.format(title=html.escape(openapi_schema["info"]["title"]), rows=rows).encode()


@get("/assets/{name:str}", include_in_schema=False)
async def assets(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Give a file that the page loads."""
    if name not in ASSETS:
        raise NotFoundException
    file, media_type = ASSETS[name]
    content = await asyncio.to_thread(files("framework_advisor.web").joinpath(file).read_bytes)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return fresh(request, content, tag, media_type, "public, max-age=3600")

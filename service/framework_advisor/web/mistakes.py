"""What goes wrong, as a page: the same words and status as below ``/v1``, for a person to read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Template

from framework_advisor.api.access import answer_with
from framework_advisor.api.gate import SignInNeeded
from framework_advisor.api.problems import HANDLERS
from framework_advisor.web.policy import HEADERS

AnyRequest = Request[Any, Any, Any]
Handler = Callable[[AnyRequest, Any], Response[Any]]


def _as_page(handler: Callable[[AnyRequest, Any], Response[bytes]]) -> Handler:
    def page(request: AnyRequest, error: Exception) -> Response[Any]:
        said = handler(request, error)
        if said.status_code == 405:
            return said
        problem = json.loads(said.content)
        return Template(
            "problem.html",
            context={"problem": problem, "here": ""},
            status_code=problem["status"],
            headers=dict(said.headers),
        )

    return page


def _to_sign_in(request: AnyRequest, _error: SignInNeeded) -> Response[Any]:
    reading = request.scope["method"] in ("GET", "HEAD")
    query = f"?{request.url.query}" if request.url.query else ""
    where = f"/sign-in?then={quote(request.url.path + query)}" if reading else "/sign-in"
    if request.headers.get("HX-Request") == "true":
        return Response(b"", status_code=200, headers={"HX-Redirect": "/sign-in"})
    return Redirect(where, status_code=303)


#: From exception to page.
PAGES: dict[int | type[Exception], Handler] = {
    **{raised: _as_page(handler) for raised, handler in HANDLERS.items()},
    SignInNeeded: _to_sign_in,
}


def _nowhere(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """An address that leads nowhere is a page where a browser asks for it, except below ``/v1``."""
    path = request.scope["path"]
    of_a_page = "text/html" in request.headers.get("accept", "") and f"{path}/"[:4] != "/v1/"
    if error.status_code != 404 or not of_a_page:
        return HANDLERS[HTTPException](request, error)
    answer_with(request.scope, HEADERS)
    return PAGES[HTTPException](request, error)


#: For what no route answers for: the API's problems, but a person who mistypes reads a page.
EVERYWHERE: dict[int | type[Exception], Handler] = {**HANDLERS, HTTPException: _nowhere}

"""What holds for every page: its headers, and that what changes something was sent from a page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

from framework_advisor.api.access import answer_with
from framework_advisor.errors import Forbidden

#: The one style sheet that stands in a page: Observable Plot puts it into every chart.
PLOT_STYLE = "'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    f"style-src 'self' {PLOT_STYLE}; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # With no-referrer a browser would not say where a form was sent from.
    "Referrer-Policy": "same-origin",
    # The same address is a whole page or a part of one.
    "Vary": "HX-Request, Cookie",
}
_READING = ("GET", "HEAD", "OPTIONS")
FORM = "application/x-www-form-urlencoded"


async def headed(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard that lets everybody through: whatever the response is, it has the headers."""
    answer_with(connection.scope, HEADERS)


async def from_here(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard: what changes something comes from a page of ours, by what the browser says of it.

    Raises:
        Forbidden: it comes from elsewhere, or nobody says where from.
    """
    if connection.scope.get("method") in _READING:
        return
    site = connection.headers.get("sec-fetch-site")
    origin = urlsplit(connection.headers.get("origin", "")).netloc
    if site == "same-origin" or (
        site is None and origin and origin == connection.headers.get("host")
    ):
        return
    raise Forbidden("This form was sent from another page; open ours and send it again.")


async def sent(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    """What a form sent: each name with its values, those that hold something.

    Raises:
        HTTPException: 415 where it is no form.
    """
    if request.content_type[0] != FORM:
        raise HTTPException(status_code=415, detail=f"This is read as a form: {FORM}.")
    given = await request.form()
    names = dict.fromkeys(given.keys())
    return {
        name: said
        for name in names
        if (said := [value for value in given.getall(name) if isinstance(value, str) and value])
    }

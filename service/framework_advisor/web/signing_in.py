"""``/sign-in``: a person shows an API key once; the browser keeps a ticket for it."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from framework_advisor.api.gate import Gate
from framework_advisor.api.sign_in import COOKIE, LASTS_S
from framework_advisor.errors import Unauthorized
from framework_advisor.web.policy import sent


def signing_in(gate: Gate) -> type[Controller]:
    """The controller over this gate."""

    class SignIn(Controller):
        """Signing in and out."""

        @get("/sign-in")
        async def ask(self, then: FromQuery[str] = "/") -> Template:
            """Ask for a key."""
            return _page(then)

        @post("/sign-in", status_code=303)
        async def let_in(self, request: Request[Any, Any, Any]) -> Template | Redirect:
            """Take a key, and give a ticket for it."""
            given = await sent(request)
            then = given.get("then", ["/"])[0]
            try:
                ticket = await gate.ticket_for(given.get("key", [""])[0].strip())
            except Unauthorized as error:
                return _page(then, str(error))
            kept = Cookie(
                COOKIE,
                value=ticket,
                max_age=LASTS_S,
                httponly=True,
                samesite="strict",
                secure=request.url.scheme == "https",
            )
            return Redirect(_local(then), status_code=303, cookies=[kept])

        @post("/sign-out", status_code=303)
        async def let_out(self) -> Redirect:
            """Have the browser forget the ticket."""
            gone = Cookie(COOKIE, value="", max_age=0, httponly=True, samesite="strict")
            return Redirect("/sign-in", status_code=303, cookies=[gone])

    return SignIn


def _page(then: str, error: str = "") -> Template:
    return Template(
        "sign_in.html",
        context={"then": _local(then), "error": error, "here": ""},
        status_code=401 if error else 200,
    )


def _local(path: str) -> str:
    """The path where it is one of ours, else the first page: nobody is sent elsewhere."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if ours and path.isprintable() else "/"

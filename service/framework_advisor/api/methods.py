"""What every path knows beside its own methods: HEAD wherever GET is, and a true ``Allow``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send


class Methods:
    """Answers HEAD as GET without the body, and completes ``Allow``.

    Litestar's own answer to OPTIONS names only the first handler of a path. ``known`` has the
    methods of every path, by its template.
    """

    def __init__(self, app: ASGIApp, known: Mapping[str, set[str]]) -> None:
        self._app = app
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            # Looked for by hand, as most responses have none.
            if message["type"] == "http.response.start" and any(
                name.lower() == b"allow" for name, _ in message.get("headers", ())
            ):
                headers = MutableScopeHeaders.from_message(message)
                named = headers["Allow"]
                headers["Allow"] = self._allowed(named, scope.get("path_template", ""))
            await send(message)

        if scope.get("method") == "HEAD":
            await _without_body(self._app, scope, receive, complete)
        else:
            await self._app(scope, receive, complete)

    def _allowed(self, named: str, template: str) -> str:
        methods = {*named.split(", "), *self._known.get(template, ()), "OPTIONS"}
        return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


async def _without_body(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """The answer to GET up to its body; a stream is told that its listener has left."""
    begun = False

    async def heard() -> HTTPReceiveMessage:
        if begun:
            return {"type": "http.disconnect"}
        return cast("HTTPReceiveMessage", await receive())

    async def head(message: Message) -> None:
        nonlocal begun
        if message["type"] == "http.response.start":
            begun = True
            scope["path_template"] = reading.get("path_template", "")
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    reading = cast("Scope", {**scope, "method": "GET"})
    await app(reading, heard, head)

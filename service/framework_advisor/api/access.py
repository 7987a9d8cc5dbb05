"""Around every request: its id, headers that keep browsers careful, and one line in the log."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from framework_advisor.keys import ApiKey, without_keys

HEADER = "X-Request-ID"
_HEADERS = "response_headers"
#: A caller's own id is taken over where it is harmless in a header and in a log.
ACCEPTED = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_STATE = "request_id"
#: What every response has, unless its handler says otherwise. No cache keeps answers: it would not
#: know whose they are.
SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Raw = list[tuple[bytes, bytes]]


def _raw(headers: Mapping[str, str]) -> Raw:
    """Headers as ASGI has them."""
    return [(name.lower().encode("latin-1"), v.encode("latin-1")) for name, v in headers.items()]


_RAW_SECURITY = _raw(SECURITY)

#: Sees method, template of the path (None where nobody serves it), status and seconds.
Observer = Callable[[str, str | None, int, float], None]

log = structlog.get_logger(__name__)


def request_id(scope: Scope, keys: Iterable[ApiKey] = ()) -> str:
    """The id of this request; the caller's, where it sent one that is none of the keys."""
    state = scope.setdefault("state", {})
    if _STATE not in state:
        given = dict(scope["headers"]).get(HEADER.lower().encode(), b"")
        own = given.decode() if ACCEPTED.fullmatch(given) else ""
        usable = own and without_keys(own, keys) == own
        state[_STATE] = own if usable else secrets.token_hex(8)
    return str(state[_STATE])


def answer_with(scope: Scope, headers: Mapping[str, str]) -> None:
    """Whatever this request is answered with, the response has these headers too."""
    scope.setdefault("state", {}).setdefault(_HEADERS, {}).update(headers)


class AccessLog:
    """Puts the request id into the log's context and the response, and logs each response.

    It wraps the whole application, so that a path that nobody serves is logged too.
    """

    def __init__(self, app: ASGIApp, observe: Observer, keys: Iterable[ApiKey] = ()) -> None:
        """``observe`` sees each response as it begins; ``keys`` are not to be logged."""
        self._app = app
        self._observe = observe
        self._keys = tuple(keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        # Litestar puts in order the path that it is given.
        begun, path = time.perf_counter(), scope["path"]
        id_ = request_id(scope, self._keys)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._headers(scope, id_, message.get("headers", ()))
                seconds, method = time.perf_counter() - begun, str(scope.get("method"))
                self._observe(method, scope.get("path_template"), message["status"], seconds)
                log.info(
                    "request",
                    method=method,
                    path=without_keys(path, self._keys),
                    status=message["status"],
                    ms=round(seconds * 1000, 1),
                )
            await send(message)

        before = structlog.contextvars.bind_contextvars(request_id=id_)
        try:
            await self._app(scope, receive, answer)
        finally:
            structlog.contextvars.reset_contextvars(**before)

    def _headers(self, scope: Scope, id_: str, given: Iterable[tuple[bytes, bytes]]) -> Raw:
        """Those of the response, and ours; by hand, as this is done for every request."""
        own = {HEADER: id_} | scope["state"].get(_HEADERS, {})
        headers = [*given, *_raw(own)]
        named = {name.lower() for name, _ in headers}
        return [*headers, *(each for each in _RAW_SECURITY if each[0] not in named)]

"""Who may come in: by the name that the service is called by, and by API key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from framework_advisor.api.limits import RateLimiter
from framework_advisor.api.requests import no_unknown_query, sound_path
from framework_advisor.api.services import Injected
from framework_advisor.api.sign_in import COOKIE, Tickets
from framework_advisor.errors import Forbidden, Unauthorized
from framework_advisor.keys import ApiKey, Scope, id_in, matching
from framework_advisor.settings import Settings
from framework_advisor.store import Store

#: Everything below needs a key where keys are needed; pages need somebody who signed in with one;
#: health and documents need neither.
KEYED = ("/v1", "/metrics")
#: Everything below counts for the rate limit.
LIMITED = "/v1"
_STATE = "api_key"
_READING = ("GET", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the id of the key; None where no key is needed."""

    key: str | None


#: The caller as a handler's argument.
InjectedCaller = NamedDependency[SkipValidation[Caller]]


def caller_of(
    request: Request[Any, Any, Any],
    services: Injected,  # noqa: ARG001
) -> Caller:
    """Who asks, once the gate has let them in.

    It names the other dependency so that it comes after it: for those that may come at the same
    time Litestar starts tasks, which cost more than all else that it does with a request.
    """
    return Caller(request.scope["state"].get(_STATE))


class SignInNeeded(Unauthorized):
    """A page that is for those who signed in."""


class Gate:
    """The guard of the whole application: who comes in, and whether the request is sound."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._tickets = Tickets(settings.session_secret)
        self._limiter = RateLimiter(store.limits, settings.requests_per_minute)
        self._names = settings.host_names
        self._keyed = settings.keys_required
        self._set = settings.api_keys
        self._store = store

    async def let_in(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """All guards in one, because Litestar copies the handler for each.

        Asynchronous, because one that is not runs in a thread, which costs more than all it does.
        """
        self.by_name(connection)
        await self.by_key(connection)
        await self.by_rate(connection)
        sound_path(connection)
        no_unknown_query(connection, handler)

    def by_name(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """A page elsewhere cannot have a browser ask us under a name of its own (DNS rebinding).

        Raises:
            HTTPException: 421, the request calls us by a name that is not ours.
        """
        given = connection.headers.get("host", "")
        if not is_one_of(given, self._names):
            raise HTTPException(
                status_code=421,
                detail="This service is not called by that name; FRAMEWORK_ADVISOR_ALLOWED_HOSTS "
                "lists its names.",
            )

    async def by_key(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Reading needs a key with the scope ``read``, everything else one with ``write``.

        Raises:
            Unauthorized: there is no key, or none that is known.
            Forbidden: the key has not that scope.
        """
        if not self._keyed or not connection.scope["path"].startswith(KEYED):
            return
        try:
            key = await self._shown(connection.headers.get("authorization", ""))
        except Unauthorized:
            # Looking for a key that may come in counts too, by address.
            await self._limiter.admit(connection, None)
            raise
        _let_in(connection, key)

    async def by_session(
        self, connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        """A page needs what the same call below ``/v1`` needs, of the key it was signed in with.

        Raises:
            SignInNeeded: nobody signed in, or with a key that was revoked since.
            Forbidden: the key has not the scope.
        """
        if self._keyed:
            id_ = self._tickets.holder(connection.cookies.get(COOKIE, ""))
            key = await self._of(id_) if id_ else None
            if key is None:
                raise SignInNeeded("This page is for those who sign in.")
            _let_in(connection, key)

    async def by_page_rate(
        self, connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        """A page counts as a call does.

        Raises:
            HTTPException: 429, the caller's share of a minute is used up.
        """
        await self._limiter.admit(connection, connection.scope["state"].get(_STATE))

    @property
    def keyed(self) -> bool:
        """Whether keys are needed."""
        return self._keyed

    async def ticket_for(self, shown: str) -> str:
        """What a browser keeps of a key that a person shows.

        Raises:
            Unauthorized: no key that is known.
        """
        return self._tickets.issue((await self._known(shown)).id)

    async def by_rate(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Nobody gets more than their share of a minute.

        Raises:
            HTTPException: 429, it is used up.
        """
        if connection.scope["path"].startswith(LIMITED):
            await self._limiter.admit(connection, connection.scope["state"].get(_STATE))

    async def _shown(self, header: str) -> ApiKey:
        scheme, _, shown = header.strip().partition(" ")
        if scheme.lower() != "bearer" or not shown:
            raise Unauthorized("This needs an API key: send Authorization: Bearer KEY.")
        return await self._known(shown.strip())

    async def _of(self, id_: str) -> ApiKey | None:
        named = next((key for key in self._set if key.id == id_), None)
        return named or await self._store.keys.active(id_)

    async def _known(self, shown: str) -> ApiKey:
        id_ = id_in(shown)
        stored = await self._store.keys.active(id_) if id_ else None
        key = matching(shown, (*self._set, stored) if stored else self._set)
        if key is None:
            raise Unauthorized("This API key is not known, or was revoked.")
        return key


def _let_in(connection: ASGIConnection[Any, Any, Any, Any], key: ApiKey) -> None:
    needed: Scope = "read" if connection.scope.get("method") in _READING else "write"
    if needed not in key.scopes:
        raise Forbidden(f"This API key has not the scope {needed}.")
    connection.scope.setdefault("state", {})[_STATE] = key.id


def is_one_of(given: str, names: tuple[str, ...]) -> bool:
    """Whether a Host header names one of them; ``*.example.org`` is every name below, ``*`` any."""
    if "*" in names:
        return True
    try:
        name = urlsplit(f"//{given}").hostname or ""
    except ValueError:  # half an IPv6 address
        return False
    return any(name.endswith(each[1:]) if each.startswith("*.") else name == each for each in names)

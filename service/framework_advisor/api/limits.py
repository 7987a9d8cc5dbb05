"""How many requests a caller may make in a minute, over all processes on one store."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException

from framework_advisor.api.access import answer_with
from framework_advisor.store.limits import Limits

WINDOW_S = 60
#: A process takes this part of what is left at once. Larger: fewer writes, and more that lies
#: unused in a process that the caller does not come to again.
SHARE = 10
#: Networks whose addresses one caller has all of.
PREFIX_V6 = 64

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Allowance:
    """What this process holds of a caller's minute. ``taken``: by all processes, as last seen."""

    taken: int = 0
    held: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class RateLimiter:
    """Lets a caller through ``limit`` times a minute.

    Each process takes a few at a time from the store and then counts for itself, so together they
    never let through more. Who has used everything up costs the store nothing.
    """

    def __init__(self, store: Limits, limit: int, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._limit = limit
        self._clock = clock
        self._minute = 0
        self._callers: dict[str, _Allowance] = {}

    async def admit(self, connection: ASGIConnection[Any, Any, Any, Any], key: str | None) -> None:
        """Count this request for its key, or for its address where there is none.

        Raises:
            HTTPException: 429, the allowance of this minute is used up.
        """
        if not self._limit:
            return
        now = self._clock()
        left = await self.take(key or address_of(connection), int(now // WINDOW_S))
        reset = int(WINDOW_S - now % WINDOW_S) + 1
        headers = {
            "RateLimit-Limit": str(self._limit),
            "RateLimit-Remaining": str(max(0, left)),
            "RateLimit-Reset": str(reset),
        }
        answer_with(connection.scope, headers)
        if left < 0:
            raise HTTPException(
                status_code=429,
                detail=f"More than {self._limit} requests in a minute; come back in {reset} s.",
                headers={"Retry-After": str(reset)},
            )

    async def take(self, caller: str, minute: int) -> int:
        """How many are left after this one; less than 0: this one is too many."""
        if minute != self._minute:
            await self._begin(minute)
        allowance = self._callers.setdefault(caller, _Allowance())
        async with allowance.lock:
            if not allowance.held:
                await self._lease(allowance, caller, minute)
            if not allowance.held:
                return -1
            allowance.held -= 1
            return max(0, self._limit - allowance.taken) + allowance.held

    async def _lease(self, allowance: _Allowance, caller: str, minute: int) -> None:
        left = self._limit - allowance.taken
        if left <= 0:
            return
        wanted = max(1, left // SHARE)
        try:
            taken = await self._store.take(caller, minute, wanted)
        except Exception as error:
            # A limit must not be what takes the service down with the store: until it is back,
            # each process counts for itself.
            log.warning("rate_limit_not_shared", reason=type(error).__name__)
            taken = allowance.taken + wanted
        allowance.held = max(0, min(wanted, self._limit - (taken - wanted)))
        allowance.taken = taken

    async def _begin(self, minute: int) -> None:
        self._minute = minute
        self._callers = {}
        try:
            await self._store.forget(minute)
        except Exception as error:
            log.warning("rate_limit_not_shared", reason=type(error).__name__)


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Where a request comes from; of IPv6 the network, all of which one caller may have."""
    given = connection.client.host if connection.client else "unknown"
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address.packed, PREFIX_V6), strict=False))
    return str(address)

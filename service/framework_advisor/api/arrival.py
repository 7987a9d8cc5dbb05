"""A request has to arrive in time: whoever sends it byte by byte holds no connection for long."""

from __future__ import annotations

import asyncio
import socket

from uvicorn.protocols.http.h11_impl import H11Protocol

#: From its first byte, or from when the connection was made, to its last one, seconds.
ARRIVAL_S = 30.0
#: How long a connection may be idle between requests, seconds.
IDLE_S = 15
#: Request line and headers together; more is refused with 400, bytes.
MOST_HEADERS = 64 * 1024


class Punctual(H11Protocol):
    """Uvicorn's protocol, which by itself waits for ever for a request that has begun."""

    arrival_s = ARRIVAL_S
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        _at_once(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Go on waiting while there is more to come."""
        super().data_received(data)
        cycle = self.cycle
        if cycle is None or cycle.response_complete or cycle.more_body:
            self._wait()
        else:
            self._arrived()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._arrived()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.arrival_s, self.transport.close)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _at_once(transport: asyncio.Transport) -> None:
    """Have the body follow the headers at once, rather than when the client has confirmed those.

    asyncio does so for sockets that say that they are TCP; one that is accepted from a listener
    made by address does not say it.
    """
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

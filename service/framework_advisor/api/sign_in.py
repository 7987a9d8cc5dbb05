"""Signing in: a cookie that names an API key, signed, so that a person need not send the key.

The cookie holds the id of the key and when it ends, never the key. It opens nothing below ``/v1``:
no page elsewhere can have a browser use the API with it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

COOKIE = "framework_advisor"
#: After this a person signs in again, seconds.
LASTS_S = 12 * 3600


class Tickets:
    """Makes and reads the cookie's value; ``secret`` None: one of this process's own."""

    def __init__(self, secret: str | None, clock: Callable[[], float] = time.time) -> None:
        self._secret = (secret or secrets.token_hex(32)).encode()
        self._clock = clock

    def issue(self, key: str) -> str:
        """A ticket for the key of that id."""
        said = f"{key}.{int(self._clock()) + LASTS_S}"
        return f"{said}.{self._signature(said)}"

    def holder(self, ticket: str) -> str | None:
        """The id of the key that the ticket is for; None where it is none of ours or has ended."""
        said, _, signature = ticket.rpartition(".")
        if not hmac.compare_digest(self._signature(said).encode(), signature.encode()):
            return None
        key, _, ends = said.rpartition(".")
        return key if int(ends) > self._clock() else None

    def _signature(self, said: str) -> str:
        return hmac.new(self._secret, said.encode(), hashlib.sha256).hexdigest()

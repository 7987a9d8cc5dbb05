"""When to try again, and how long to wait first."""

from __future__ import annotations

import random
from dataclasses import dataclass

import httpx

#: Answers that say: not now.
LATER = (429, 503)


@dataclass(frozen=True, slots=True)
class Retries:
    """``attempts`` in all. Waits grow from ``first_s`` twofold up to ``most_s``, seconds."""

    attempts: int = 5
    first_s: float = 0.5
    most_s: float = 30.0

    def wait_s(self, failures: int, answer: httpx.Response | None = None) -> float:
        """How long to wait after so many failures; as long as the service asks, where it does.

        Half of it is random, so that callers who failed together do not come back together.
        """
        asked = answer.headers.get("Retry-After", "") if answer is not None else ""
        if asked.isascii() and asked.isdigit():
            return min(float(asked), self.most_s)
        # Beyond 2**20 the power would only overflow.
        longest = min(self.first_s * 2.0 ** min(failures - 1, 20), self.most_s)
        return longest * random.uniform(0.5, 1.0)

    def again(self, repeatable: bool, failure: httpx.Response | httpx.TransportError) -> bool:
        """Whether it may be tried again at all, whatever the number of attempts.

        What never reached the service may; what broke off on the way only where it is repeatable:
        where it changes nothing, or is done once under a key.
        """
        if isinstance(failure, httpx.Response):
            return failure.status_code in LATER
        return repeatable or isinstance(failure, (httpx.ConnectError, httpx.ConnectTimeout))

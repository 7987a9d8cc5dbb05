"""The one error hierarchy.

::

    AdvisorError                 anything that this project raises on purpose
    ├── InvalidInput             422  a profile or request that breaks the contract, field by field
    ├── Unauthorized             401  no key, or none that is known
    ├── Forbidden                403  a key that does not allow this
    ├── NotFound                 404  no such recommendation, run, host
    ├── Conflict                 409  the state does not allow it
    ├── Unavailable              503  the service cannot be reached, or says: later
    ├── StoreFull                507  there is no room for anything new
    ├── ServiceFailed            500  the service failed, or answered what nobody foresaw
    ├── NotInstalled             501  an extra of the distribution is missing; says which
    └── BrokenKnowledge          500  knowledge that cannot be loaded: file, line, field, reason

``framework_advisor.api.problems`` maps it to HTTP, ``framework_advisor.client.answers`` back, and
``framework_advisor.cli`` to exit codes; no other place does any of it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: where it is (JSON pointer), what is wrong, what was expected instead."""

    pointer: str
    detail: str
    expected: str


class AdvisorError(Exception):
    """Anything that this project raises on purpose. The message is one sentence for a person."""


class InvalidInput(AdvisorError):
    """Input that breaks the contract, with one entry for each bad field."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        self.errors = errors
        super().__init__(
            "; ".join(f"{e.pointer or '/'}: {e.detail} (expected {e.expected})" for e in errors)
        )


class Unauthorized(AdvisorError):
    """The service needs an API key, and got none that it knows."""


class Forbidden(AdvisorError):
    """The API key is known and does not allow this."""


class NotFound(AdvisorError):
    """There is no such thing under that id."""


class Conflict(AdvisorError):
    """The state of the thing does not allow what was asked."""


class Unavailable(AdvisorError):
    """The service or its store cannot be reached, or asks to come back later.

    ``reason`` is for who operates it: it may name addresses.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        self.reason = reason
        super().__init__(message)


class StoreFull(AdvisorError):
    """There is no room left where the store is; what was stored can be read.

    ``reason`` is for who operates it.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        self.reason = reason
        super().__init__(message)


class ServiceFailed(AdvisorError):
    """The service answered with an error that is not the caller's to mend."""

    def __init__(self, detail: str, status: int, request_id: str | None) -> None:
        self.status = status
        #: Under which the service's log has the cause.
        self.request_id = request_id
        super().__init__(f"{detail} (status {status}, request {request_id or 'unknown'})")


class NotInstalled(AdvisorError):
    """An optional part of the distribution is not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs the extra: pip install 'framework-advisor[{extra}]'")


class BrokenKnowledge(AdvisorError):
    """The knowledge cannot be loaded."""

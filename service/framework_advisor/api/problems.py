"""Every error as ``application/problem+json`` (RFC 9457), in one shape, mapped here alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from pydantic import BaseModel, ConfigDict, Field

from framework_advisor.api.access import request_id
from framework_advisor.api.requests import expected_of
from framework_advisor.errors import (
    BrokenKnowledge,
    Conflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    NotInstalled,
    StoreFull,
    Unauthorized,
    Unavailable,
)
from framework_knowledge import KnowledgeError

MEDIA_TYPE = "application/problem+json"
#: A body with thousands of mistakes is answered with the first of them.
MOST_ERRORS = 100
#: When to come back after 503, seconds.
RETRY_AFTER_S = 2

#: Renamed in Python 3.13.
NAMES = {413: "Content Too Large", 422: "Unprocessable Content"}

AnyRequest = Request[Any, Any, Any]
log = structlog.get_logger(__name__)


class ProblemError(BaseModel):
    """One thing that is wrong, and where."""

    model_config = ConfigDict(frozen=True)

    pointer: str = Field(
        description="JSON pointer into the body, or ?name for a query parameter; '' is the whole"
    )
    detail: str
    expected: str


class Problem(BaseModel):
    """Why a request was not answered (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="what kind of problem; stays the same from request to request")
    title: str
    status: int
    detail: str
    instance: str = Field(description="what was asked for")
    request_id: str = Field(description="under which the log knows this request")
    errors: tuple[ProblemError, ...] = ()


def name_of(status: int) -> str:
    """What a status is called (RFC 9110), whatever the Python that this runs on calls it."""
    return NAMES.get(status) or HTTPStatus(status).phrase


def problem(
    request: AnyRequest,
    status: int,
    detail: str,
    errors: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """The response for one problem."""
    phrase = name_of(status)
    listed = tuple(errors)
    content = Problem(
        type=f"urn:framework-advisor:problem:{phrase.lower().replace(' ', '-')}",
        title=phrase,
        status=status,
        detail=detail,
        instance=request.scope["path"],
        request_id=request_id(request.scope),
        errors=tuple(
            ProblemError(pointer=e.pointer, detail=e.detail, expected=e.expected)
            for e in listed[:MOST_ERRORS]
        ),
    )
    return Response(
        content.model_dump_json().encode(),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def _invalid_input(request: AnyRequest, error: InvalidInput) -> Response[bytes]:
    number = len(error.errors)
    detail = "One thing is wrong." if number == 1 else f"{number} things are wrong."
    if number > MOST_ERRORS:
        detail += f" The first {MOST_ERRORS} are listed."
    return problem(request, 422, detail, error.errors)


def _invalid_query(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """Litestar's own check of query parameters, which says what came but not what could have."""
    found = error.extra if isinstance(error.extra, list) else []
    names = [str(entry.get("key", "")) for entry in found]
    if not names:  # nothing but the message
        errors = (FieldError("", error.detail, "parameters as the API document lists them"),)
        return _invalid_input(request, InvalidInput(errors))
    parameters = request.route_handler.parsed_fn_signature.parameters
    return _invalid_input(
        request,
        InvalidInput(
            tuple(
                FieldError(
                    f"?{name}",
                    f"{request.query_params.get(name)!r} is not accepted",
                    expected_of(parameters[name]),
                )
                for name in names
            )
        ),
    )


def _http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and error.status_code != 503:
        return _unforeseen(request, error)
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        limit = f"at most {request.route_handler.resolve_request_max_body_size()} bytes"
        too_large = FieldError("", "the body is larger than this service accepts", limit)
        return problem(request, 413, f"The body is too large: {limit}.", (too_large,))
    detail = {
        400: "The request did not arrive as a whole.",
        404: "There is nothing under this path.",
        405: "This path does not know that method.",
    }.get(error.status_code, error.detail)
    return problem(request, error.status_code, detail, headers=error.headers)


def _unforeseen(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("request_failed", exc_info=error)
    return problem(request, 500, "The service failed; its log has the cause under the request id.")


def _broken_knowledge(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("knowledge_broken", problems=str(error))
    return problem(request, 500, "The knowledge cannot be loaded; the service's log says why.")


def _unauthorized(request: AnyRequest, error: Unauthorized) -> Response[bytes]:
    return problem(request, 401, str(error), headers={"WWW-Authenticate": "Bearer"})


def _unavailable(request: AnyRequest, error: Unavailable) -> Response[bytes]:
    # One line: while the database is away, every request would add a stack trace.
    log.warning("unavailable", reason=error.reason)
    return problem(request, 503, str(error), headers={"Retry-After": str(RETRY_AFTER_S)})


def _store_full(request: AnyRequest, error: StoreFull) -> Response[bytes]:
    log.error("store_full", reason=error.reason)
    return problem(request, 507, str(error))


def _saying(status: int) -> Callable[[AnyRequest, Exception], Response[bytes]]:
    return lambda request, error: problem(request, status, str(error))


#: From exception to response; the only such map of the service.
HANDLERS: dict[int | type[Exception], Callable[[AnyRequest, Any], Response[bytes]]] = {
    InvalidInput: _invalid_input,
    Unauthorized: _unauthorized,
    Forbidden: _saying(403),
    NotFound: _saying(404),
    Conflict: _saying(409),
    NotInstalled: _saying(501),
    Unavailable: _unavailable,
    StoreFull: _store_full,
    BrokenKnowledge: _broken_knowledge,
    KnowledgeError: _broken_knowledge,
    ValidationException: _invalid_query,
    HTTPException: _http,
    Exception: _unforeseen,
}

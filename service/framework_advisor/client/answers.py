"""Answers of the service as values, and its problems as this project's errors."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from framework_advisor.errors import (
    AdvisorError,
    Conflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    ServiceFailed,
    StoreFull,
    Unauthorized,
    Unavailable,
)

Model = TypeVar("Model", bound=BaseModel)
_KINDS: dict[int, type[AdvisorError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: Unavailable,
    503: Unavailable,
    507: StoreFull,
}


def parsed(model: type[Model], answer: httpx.Response) -> Model:
    """The document in an answer."""
    return model.model_validate_json(answer.content)


def error_of(answer: httpx.Response) -> AdvisorError:
    """The error that an answer stands for: problem details, or whatever came from in between."""
    problem = _problem(answer)
    errors = tuple(
        FieldError(each["pointer"], each["detail"], each["expected"])
        for each in problem.get("errors", ())
    )
    detail = str(problem.get("detail") or f"The service answered {answer.status_code}.")
    if answer.status_code == 422 and errors:
        return InvalidInput(errors)
    if kind := _KINDS.get(answer.status_code):
        return kind(detail)
    return ServiceFailed(detail, answer.status_code, answer.headers.get("X-Request-ID"))


def _problem(answer: httpx.Response) -> dict[str, Any]:
    # A proxy's answer is some page.
    if answer.headers.get("Content-Type", "").partition(";")[0] != "application/problem+json":
        return {}
    content = json.loads(answer.content)
    return content if isinstance(content, dict) else {}

"""JSON texts and plain values into models, with one clear error for each bad field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from framework_advisor.errors import InvalidInput
from framework_advisor.runs.request import ProbeRunRequest
from framework_advisor.validation import field_errors

Model = TypeVar("Model", bound=BaseModel)


def parse_run_request(body: bytes) -> ProbeRunRequest:
    """The probe run that a JSON text asks for.

    Raises:
        InvalidInput: not JSON, or a field that breaks the contract; one entry for each.
    """
    try:
        return ProbeRunRequest.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error, ProbeRunRequest) from None


def run_request(**fields: Any) -> ProbeRunRequest:
    """The probe run that these fields ask for; None leaves one out.

    Raises:
        InvalidInput: a field breaks the contract; one entry for each.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        return ProbeRunRequest.model_validate(given)
    except ValidationError as error:
        raise invalid(error, ProbeRunRequest) from None


def invalid(error: ValidationError, model: type[BaseModel]) -> InvalidInput:
    """Pydantic's errors in our own form; an unknown field is told the fields of that model."""
    unknown = {
        "/" + "/".join(map(str, each["loc"]))
        for each in error.errors()
        if each["type"] == "extra_forbidden"
    }
    fields = f"one of {', '.join(model.model_fields)}"
    return InvalidInput(
        tuple(
            replace(each, expected=fields) if each.pointer in unknown else each
            for each in field_errors(error.errors())
        )
    )

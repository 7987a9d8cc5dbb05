"""What pydantic finds wrong with an input, in our own form: one clear error for each bad field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from framework_advisor.errors import FieldError


def field_errors(
    errors: Iterable[ErrorDetails], model: type[BaseModel] | None = None
) -> Iterator[FieldError]:
    """Pydantic's errors in our own form, one for each bad field.

    With the model, an unknown field is told which one may have been meant.
    """
    seen: set[str] = set()
    for error in errors:
        context: dict[str, Any] = error.get("ctx", {})
        if "errors" in context:
            yield from context["errors"]
            continue
        pointer = _pointer(error["loc"])
        if pointer in seen:
            continue
        seen.add(pointer)
        meant = _meant(error, model) if error["type"] == "extra_forbidden" else ""
        yield FieldError(pointer, _detail(error), f"{_expected(error, context)}{meant}")


def _meant(error: ErrorDetails, model: type[BaseModel] | None) -> str:
    """Which field of the model at that place has nearly that name; empty where none has."""
    *parents, name = [str(each) for each in error["loc"] if not str(each).startswith("<")]
    for parent in parents:
        known = model.model_fields if model else {}
        model = _model_in(known[parent].annotation) if parent in known else model
    near = get_close_matches(name, model.model_fields if model else (), 1)
    return f"; did you mean '{near[0]}'?" if near else ""


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model that an annotation speaks of, however it is wrapped."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _pointer(location: tuple[int | str, ...]) -> str:
    """JSON pointer (RFC 6901) of a pydantic location, without pydantic's own union tags."""
    parts = [str(p) for p in location if not str(p).startswith("<") and p != "[key]"]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _detail(error: ErrorDetails) -> str:
    kind, value = error["type"], error["input"]
    if kind == "missing":
        return "the field is missing"
    if kind == "extra_forbidden":
        return "the field is unknown"
    if kind == "json_invalid":
        return f"the body is not JSON: {error.get('ctx', {}).get('error', '')}"
    shown = json.dumps(value, default=str, ensure_ascii=False)
    return f"{shown if len(shown) <= 60 else shown[:57] + '...'} is not accepted"


def _expected(error: ErrorDetails, context: dict[str, Any]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return "one of the fields of profile/1; remove it or correct its spelling"
    if kind == "json_invalid":
        return "a JSON object in UTF-8"
    if kind == "missing":
        return "a value"
    if kind == "too_short":
        return f"at least {context.get('min_length')} item"
    if kind.startswith("date"):
        return "a date as YYYY-MM-DD"
    if "expected" in context:
        return str(context["expected"])
    if kind == "string_pattern_mismatch":
        return "a version such as 3.12"
    if kind in ("too_long", "string_too_long"):
        return (
            f"at most {context.get('max_length')} {'items' if kind == 'too_long' else 'characters'}"
        )
    return error["msg"].removeprefix("Input should be ")

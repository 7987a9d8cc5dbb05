"""The profile's fields as they are: where each stands, what kind it is, what it may say.

Read off the model, so that a field that the profile gains is asked for without a line here.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from framework_advisor.profile import Profile

#: ``pairs``: a figure for each name; ``order``: names, the most important first; ``wishes``: each
#: name as a requirement, as a wish, or not; ``triple``: three whole numbers.
Kind = Literal[
    "text", "one", "several", "yes_no", "whole", "figure", "day", "triple", "pairs", "order",
    "wishes", "list",
]  # fmt: skip
#: Fields whose kind their type does not tell.
TOLD: dict[str, Kind] = {
    "/stage": "several",
    "/targets": "wishes",
    "/preferences/ranking": "order",
    "/workload/model/image": "triple",
}
_SCALARS: dict[type, Kind] = {bool: "yes_no", int: "whole", float: "figure", date: "day"}


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One field: its JSON pointer, its kind, and the names that it may say, if those are fixed."""

    pointer: str
    kind: Kind
    options: tuple[str, ...] = ()


def profile_fields(model: type[BaseModel] = Profile, at: str = "") -> Iterator[ProfileField]:
    """Every field that holds a value, in the order of the profile."""
    for name, field in model.model_fields.items():
        pointer, annotation = f"{at}/{name}", _bare(field.annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from profile_fields(annotation, pointer)
        else:
            options = _options(annotation)
            yield ProfileField(pointer, TOLD.get(pointer) or _kind(annotation, options), options)


def _bare(annotation: Any) -> Any:
    """The type without ``Annotated`` and without ``None``."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        given = [each for each in get_args(annotation) if each is not type(None)]
        return _bare(given[0]) if len(given) == 1 else annotation
    return annotation


def _kind(annotation: Any, options: tuple[str, ...]) -> Kind:
    origin = get_origin(annotation)
    if origin is dict:
        return "pairs"
    if origin is tuple:
        return "several" if options else "list"
    if options:
        return "one"
    return _SCALARS.get(annotation, "text")


def _options(annotation: Any) -> tuple[str, ...]:
    """The names of the first closed set within the type."""
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    found = (_options(part) for part in get_args(annotation))
    return next((options for options in found if options), ())

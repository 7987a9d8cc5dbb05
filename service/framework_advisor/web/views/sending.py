"""What a form sends, and the profile in it.

A field of the form is named by its JSON pointer, so that an error of the contract finds its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from framework_advisor.web.views.fields import ProfileField, profile_fields

#: What a form sends: each name with its values.
Sent = Mapping[str, Sequence[str]]
FIELDS = {field.pointer: field for field in profile_fields()}
#: What says of targets that there are to be none.
NOWHERE = "nowhere"
#: The one field where null says something else than nothing, and what says so in the form.
MAY_BE_NULL, NONE = "/evidence/probe_run", "none"


def one(sent: Sent, name: str) -> str:
    """The value of that name; "" where there is none."""
    values = sent.get(name, ())
    return values[0].strip() if values else ""


def profile_json(sent: Sent) -> str:
    """The profile that was sent, as JSON for :func:`framework_advisor.profile.parse_profile`.

    What cannot be read as what it should be is passed on as text: the contract says what is wrong.
    """
    content: dict[str, Any] = {}
    for field in FIELDS.values():
        value = _value(field, sent)
        if field.pointer == MAY_BE_NULL and value == NONE:
            _put(content, field.pointer, None)
        elif value is not None:
            _put(content, field.pointer, value)
    return json.dumps(content)


def _value(field: ProfileField, sent: Sent) -> Any:
    at, kind = field.pointer, field.kind
    if kind == "several":
        chosen = list(sent.get(at, ()))
        return chosen[0] if at == "/stage" and len(chosen) == 1 else chosen or None
    if kind == "wishes":
        return _wishes(field, sent)
    if kind == "order":
        places = range(len(field.options))
        return [name for place in places if (name := one(sent, f"{at}/{place}"))] or None
    if kind == "pairs":
        said = {name: one(sent, f"{at}/{name}") for name in field.options}
        return {name: number(text) for name, text in said.items() if text} or None
    if kind == "triple":
        parts = [one(sent, f"{at}/{place}") for place in range(3)]
        return [number(part) for part in parts] if any(parts) else None
    return _single(field, one(sent, at))


def _wishes(field: ProfileField, sent: Sent) -> Any:
    levels = {name: one(sent, f"{field.pointer}/{name}") for name in field.options}
    said = [
        name if level == "required" else {"kind": name, "required": False}
        for name, level in levels.items()
        if level
    ]
    return said or ([] if one(sent, field.pointer) == NOWHERE else None)


def _single(field: ProfileField, said: str) -> Any:
    if field.kind == "list":
        return [part.strip() for part in said.split(",") if part.strip()] or None
    if not said:
        return None
    if field.kind == "yes_no":
        return {"true": True, "false": False}.get(said, said)
    return number(said) if field.kind in ("whole", "figure") else said


def number(said: str) -> int | float | str:
    """The number in a text; the text where it is none."""
    for read in (int, float):
        try:
            return read(said)
        except ValueError:
            continue
    return said


def _put(content: dict[str, Any], pointer: str, value: Any) -> None:
    *folders, name = pointer.strip("/").split("/")
    for folder in folders:
        content = content.setdefault(folder, {})
    content[name] = value


def sent_of(profile: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a form would send for a profile in its JSON form; to fill the form with it."""
    sent: dict[str, list[str]] = {}
    for field in FIELDS.values():
        given, value = _at(profile, field.pointer)
        if given:
            sent |= dict(_said(field, value))
    return sent


def _at(content: Any, pointer: str) -> tuple[bool, Any]:
    for name in pointer.strip("/").split("/"):
        if not isinstance(content, Mapping) or name not in content:
            return False, None
        content = content[name]
    return True, content


def _said(field: ProfileField, value: Any) -> Iterable[tuple[str, list[str]]]:
    at = field.pointer
    if value is None:
        yield (at, [NONE])
    elif field.kind == "wishes":
        if not value:
            yield (at, [NOWHERE])
        for wish in value:
            kind = wish["kind"] if isinstance(wish, Mapping) else wish
            must = wish.get("required", True) if isinstance(wish, Mapping) else True
            yield (f"{at}/{kind}", ["required" if must else "wish"])
    elif field.kind in ("order", "triple"):
        yield from ((f"{at}/{place}", [str(each)]) for place, each in enumerate(value))
    elif field.kind == "pairs":
        yield from ((f"{at}/{name}", [_text(each)]) for name, each in value.items())
    elif field.kind == "several":
        yield (at, [value] if isinstance(value, str) else list(value))
    elif field.kind == "list":
        yield (at, [", ".join(value)])
    else:
        yield (at, [_text(value)])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and value < 1e6 else str(value)

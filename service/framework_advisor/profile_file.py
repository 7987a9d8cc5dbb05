"""A profile in a file: JSON, or YAML whose every field is explained beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import Any, BinaryIO

from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.profile import Profile, parse_profile

YAML = (".yaml", ".yml")
JSON = (".json",)
#: Where lines of comments end.
WIDTH = 96


def read_profile(body: bytes, name: str) -> Profile:
    """The profile in a file of that name; ``-`` is standard input, of either form.

    Raises:
        InvalidInput: each mistake with the file, in YAML with the line, and the field.
    """
    looks_like_json = body.lstrip()[:1] in (b"{", b"[", b'"', b"")
    is_yaml = not looks_like_json if name == "-" else Path(name).suffix.lower() in YAML
    if not is_yaml:
        return _named(body, name, None)
    # YAML is loaded for whoever writes it.
    from framework_advisor.profile_yaml import NotYaml, lines_of, parsed

    try:
        value, root = parsed(body)
    except NotYaml as error:
        found = FieldError(_place(name, error.line), str(error), error.expected)
        raise InvalidInput((found,)) from None
    return _named(json.dumps(value, default=str).encode(), name, lines_of(root))


def name_of(file: BinaryIO) -> str:
    """The name of an open file; ``-`` where it has none, as standard input."""
    name = str(getattr(file, "name", "-"))
    return "-" if name == "<stdin>" else name


def write_profile(given: Mapping[str, Any], name: str) -> str:
    """The text of a file of that name that holds these fields of a profile."""
    if Path(name).suffix.lower() in JSON:
        return json.dumps(given, indent=2, ensure_ascii=False) + "\n"
    schema = Profile.model_json_schema()
    lines = [
        "# What a project needs from a deep-learning framework (profile/1).",
        "# Only the stage is necessary: what is left out counts as unknown, and widens the answer.",
        "# To answer another question, take the # before its name away, and write the answer.",
        "# Ask with: framework-advisor recommend FILE",
        *_fields(schema, schema, given, ""),
    ]
    return "\n".join(lines) + "\n"


def _named(body: bytes, name: str, line: Callable[[str], int] | None) -> Profile:
    """Raises InvalidInput with the file before each field."""
    try:
        return parse_profile(body)
    except InvalidInput as error:
        if name == "-":
            raise
        found = (
            replace(
                e, pointer=f"{_place(name, line(e.pointer) if line else None)} {e.pointer}".strip()
            )
            for e in error.errors
        )
        raise InvalidInput(tuple(found)) from None


def _place(name: str, line: int | None) -> str:
    return name if line is None else f"{name}:{line}"


def _fields(
    schema: Mapping[str, Any], part: Mapping[str, Any], given: Mapping[str, Any], indent: str
) -> Iterator[str]:
    """Every field of one part: explained, then as it is given, or as a comment where it is not."""
    for name, described in part["properties"].items():
        inner = _inner(schema, described)
        yield ""
        yield from _explained(inner, described, indent)
        nested = "properties" in inner
        value = given.get(name)
        if nested and value:
            yield f"{indent}{name}:"
            yield from _fields(schema, inner, value, indent + "  ")
        elif nested and value is None:
            yield f"{indent}#{name}:"
            yield from _fields(schema, inner, {}, indent + "  ")
        elif value is not None or name in given:
            yield f"{indent}{name}: {_flow(value)}"
        else:
            yield f"{indent}#{name}:"


def _explained(
    inner: Mapping[str, Any], described: Mapping[str, Any], indent: str
) -> Iterator[str]:
    said = described.get("description") or inner.get("description")
    for text in filter(None, (said, allowed(inner))):
        yield from (f"{indent}# {line}" for line in wrap(text, WIDTH - len(indent)))


def _inner(schema: Mapping[str, Any], described: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a field holds where it is not null, references followed."""
    options = [each for each in described.get("anyOf", ()) if each.get("type") != "null"]
    found = options[0] if len(options) == 1 else described
    if "$ref" in found:
        return dict(schema["$defs"][found["$ref"].rpartition("/")[2]])
    return found


def allowed(inner: Mapping[str, Any]) -> str:
    """The values that a field may have, in words; empty for a part of several fields."""
    if "properties" in inner:
        return ""
    if "oneOf" in inner:
        one, several = inner["oneOf"]
        if "enum" in one and "$ref" not in several:
            return f"One, or a list, of: {', '.join(one['enum'])}."
    if "enum" in inner:
        return f"One of: {', '.join(inner['enum'])}."
    match inner.get("type"):
        case "boolean":
            return "true or false."
        case "array" if "prefixItems" in inner:
            return f"A list of {len(inner['prefixItems'])} whole numbers."
        case "array":
            return _listed(inner["items"])
        case "object":
            names = inner.get("propertyNames", {}).get("enum", ())
            of = f", for any of: {', '.join(names)}" if names else ""
            return f"A number{_range(inner['additionalProperties'])} for each name{of}."
        case "integer" | "number" as kind:
            return f"A {'whole ' if kind == 'integer' else ''}number{_range(inner)}."
        case _:
            return "Text."


def _listed(items: Mapping[str, Any]) -> str:
    if "oneOf" in items:
        names = ", ".join(items["oneOf"][0]["enum"])
        return f"A list of: {names}. As a wish: {{kind: NAME, required: false}}."
    return f"A list of: {', '.join(items['enum'])}." if "enum" in items else "A list of texts."


def _range(inner: Mapping[str, Any]) -> str:
    said = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
    bounds = [f"{word} {inner[key]:g}" for key, word in said.items() if key in inner]
    return f" {' '.join(bounds)}" if bounds else ""


def _flow(value: object) -> str:
    """A value on one line, whatever it holds."""
    text = json.dumps(value, ensure_ascii=False)
    if "\\" in text or not text.isprintable():
        return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
    import yaml

    listed = yaml.safe_dump(
        [value], default_flow_style=True, width=float("inf"), allow_unicode=True, sort_keys=False
    )
    return listed.strip()[1:-1]


def explained(pointer: str) -> str:
    """What a field is and may hold, in words."""
    schema = Profile.model_json_schema()
    inner: Mapping[str, Any] = schema
    described: Mapping[str, Any] = schema
    for part in pointer.split("/")[1:]:
        described = inner["properties"][part]
        inner = _inner(schema, described)
    said = described.get("description") or inner.get("description") or ""
    return f"{said} {allowed(inner)}".strip()

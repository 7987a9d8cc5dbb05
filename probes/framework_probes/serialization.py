"""Dataclasses to JSON lines and back, typed.

One line holds one dataclass, with its kind under ``"event"``. The run's results travel so, and
so do the commands between session and worker. Standard library only, because the worker imports
this inside the framework's own interpreter.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Iterable
from dataclasses import asdict, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from framework_probes.results import Environment, Event, Pair, Peaks, Progress, Result, Started

Record = TypeVar("Record")

#: What a run yields, in the order in which the kinds first appear.
EVENTS: tuple[type, ...] = (Started, Peaks, Environment, Progress, Result, Pair)


class MalformedLine(ValueError):
    """A line that is no such record: says which field, what it held and what was expected."""


def to_line(record: Any) -> str:
    """The dataclass as one line of canonical JSON, without the newline.

    Raises:
        ValueError: a number is NaN or infinite, which JSON cannot say.
    """
    return canonical({"event": type(record).__name__.lower(), **asdict(record)})


def from_line(line: str, kinds: Iterable[type[Record]]) -> Record:
    """The dataclass that a line holds, one of ``kinds``.

    Raises:
        MalformedLine: the line is not JSON, its ``event`` is none of the kinds, or a field is
            missing, unknown or of another type.
    """
    try:
        content = json.loads(line)
    except json.JSONDecodeError as error:
        raise MalformedLine(f"not JSON: {error}") from None
    known = {kind.__name__.lower(): kind for kind in kinds}
    name = content.pop("event", None) if isinstance(content, dict) else None
    if name not in known:
        raise MalformedLine(f"event: {name!r}, expected one of {', '.join(sorted(known))}")
    record: Record = _decode(content, known[name], name)
    return record


def event_from_line(line: str) -> Event:
    """One event of a run. Raises :class:`MalformedLine` as :func:`from_line` does."""
    event: Event = from_line(line, EVENTS)
    return event


def with_id(prefix: str, record: Record) -> Record:
    """The same record, its ``id`` a digest of everything else in it.

    ``prefix`` and 16 hexadecimal digits of the SHA-256 of canonical JSON: the same content has
    the same id on every machine.
    """
    content = {key: value for key, value in asdict(record).items() if key != "id"}  # type: ignore[call-overload]
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    identified: Record = replace(record, id=f"{prefix}_{digest[:16]}")  # type: ignore[type-var]
    return identified


def canonical(content: object) -> str:
    """JSON with sorted keys and no spaces, numbers as Python writes them: digests are taken of it.

    Raises:
        ValueError: a number is NaN or infinite, which JSON cannot say.
    """
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(value: Any, kind: Any, place: str) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin is Literal:
        return value if value in get_args(kind) else _refuse(value, kind, place)
    if origin in (Union, types.UnionType):
        return _decode_optional(value, kind, place)
    if origin is tuple:
        return _decode_tuple(value, kind, place)
    if origin is dict:
        key, item = get_args(kind)
        entries = value.items() if isinstance(value, dict) else _refuse(value, kind, place)
        return {_decode(k, key, place): _decode(v, item, f"{place}.{k}") for k, v in entries}
    if is_dataclass(kind):
        return _decode_dataclass(value, kind, place)
    if kind is float and type(value) is int:
        return float(value)
    return value if type(value) is kind else _refuse(value, kind, place)


def _decode_optional(value: Any, kind: Any, place: str) -> Any:
    if value is None and type(None) in get_args(kind):
        return None
    inner = [part for part in get_args(kind) if part is not type(None)]
    return _decode(value, inner[0], place) if len(inner) == 1 else _refuse(value, kind, place)


def _decode_tuple(value: Any, kind: Any, place: str) -> Any:
    items = value if isinstance(value, list) else _refuse(value, kind, place)
    parts = get_args(kind)
    if len(parts) == 2 and parts[1] is Ellipsis:
        parts = (parts[0],) * len(items)
    if len(parts) != len(items):
        _refuse(value, kind, place)
    return tuple(
        _decode(item, part, f"{place}.{index}")
        for index, (item, part) in enumerate(zip(items, parts, strict=True))
    )


def _decode_dataclass(value: Any, kind: Any, place: str) -> Any:
    content = value if isinstance(value, dict) else _refuse(value, kind, place)
    hints = _hints(kind)
    for name in content.keys() - {field.name for field in fields(kind)}:
        raise MalformedLine(f"{place}.{name}: unknown field of {kind.__name__}")
    arguments = {n: _decode(v, hints[n], f"{place}.{n}") for n, v in content.items()}
    try:
        return kind(**arguments)
    except TypeError as error:
        raise MalformedLine(f"{place}: {error}") from None


def _refuse(value: object, kind: object, place: str) -> Any:
    shown = getattr(kind, "__name__", None) if isinstance(kind, type) else str(kind)
    raise MalformedLine(f"{place}: {value!r}, expected {shown}")

"""Reading a request: its body as a model, its query without strangers."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar, cast, get_args

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.constants import RESERVED_KWARGS
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.typing import FieldDefinition

from framework_advisor.errors import FieldError, InvalidInput

Model = TypeVar("Model")
#: A body of this size is parsed sooner than a thread could be asked to.
AT_ONCE_BYTES = 16 * 1024
#: As many of those are remembered.
REMEMBERED = 64
JSON_TYPES = ("application/json",)
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
#: A string, also one that has no end, or a bracket; nothing is ever gone over twice.
_NESTING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


async def body_of(request: Request[Any, Any, Any], parse: Callable[[bytes], Model]) -> Model:
    """The body, read up to the service's limit; a large one is parsed outside the event loop.

    What was sound the last time it came is not read again. ``Model`` is frozen.

    Raises:
        HTTPException: 415 where it does not claim to be JSON, 413 where it is too large.
        InvalidInput: what ``parse`` says of it.
    """
    media_type, options = request.content_type
    # Without a header the body is tried as JSON; curl's default, a form, is a mistake.
    charset = options.get("charset", "utf-8").lower()
    if media_type not in ("", *JSON_TYPES) or charset not in ("utf-8", "utf8"):
        raise HTTPException(
            status_code=415,
            detail="The body is read as JSON in UTF-8: send Content-Type: application/json.",
            headers={"Accept": ", ".join(JSON_TYPES)},
        )
    body, deepest = await request.body(), int(request.app.state.max_body_depth)
    if len(body) <= AT_ONCE_BYTES:
        return cast("Model", _read_before(body, deepest, parse))
    return await asyncio.to_thread(_parsed, body, deepest, parse)


@lru_cache(maxsize=REMEMBERED)
def _read_before(body: bytes, deepest: int, parse: Callable[[bytes], object]) -> object:
    return _parsed(body, deepest, parse)


def _parsed(body: bytes, deepest: int, parse: Callable[[bytes], Model]) -> Model:
    if deeper_than(body, deepest):
        raise InvalidInput(
            (
                FieldError(
                    "",
                    "the body nests too deep",
                    f"at most {deepest} arrays and objects in one another",
                ),
            )
        )
    parsed = parse(body)
    if (twice := _given_twice(body)) is not None:
        expected = "each field once; which of two would count is anybody's guess"
        raise InvalidInput((FieldError("", f"the body has the field {twice!r} twice", expected),))
    return parsed


class _TwiceError(Exception):
    """A field stands twice in one object."""


def _given_twice(body: bytes) -> str | None:
    """A field that some object of a JSON text has twice; None where there is none."""

    def look(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _TwiceError(name)
            seen.add(name)

    try:
        json.loads(body, object_pairs_hook=look) if body else None
    except _TwiceError as error:
        return str(error)
    return None


def deeper_than(body: bytes, levels: int) -> bool:
    """Whether the arrays and objects of a JSON text nest deeper; in time linear in its length."""
    depth = 0
    for token in _NESTING.finditer(body):
        first = token[0][:1]
        if first in b"[{":
            depth += 1
            if depth > levels:
                return True
        elif first in b"]}":
            depth -= 1
    return False


def sound_path(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A guard: nothing has an id that is not made of letters and the like; no database is asked.

    Raises:
        NotFoundException: the path holds something else.
    """
    if not all(_ID.fullmatch(str(value)) for value in connection.path_params.values()):
        raise NotFoundException


def no_unknown_query(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """A guard: a query parameter that the handler does not know is a mistake, not a wish.

    Raises:
        InvalidInput: names each of them, and each that is given twice.
    """
    if not connection.scope["query_string"]:
        return
    unknown = connection.query_params.keys() - (known := _query_names(handler))
    if unknown:
        expected = f"one of {', '.join(sorted(known))}" if known else "no query parameter"
        raise InvalidInput(
            tuple(
                FieldError(f"?{name}", "the query parameter is unknown", expected)
                for name in sorted(unknown)
            )
        )
    twice = {name for name in known if len(connection.query_params.getall(name, [])) > 1}
    if twice:
        raise InvalidInput(
            tuple(
                FieldError(f"?{name}", "the query parameter is given twice", "it once")
                for name in sorted(twice)
            )
        )


def expected_of(parameter: FieldDefinition) -> str:
    """What a query parameter accepts, in words."""
    accepted = [kind for kind in parameter.inner_types if not kind.is_none_type]
    kind = accepted[0] if parameter.is_optional and accepted else parameter
    if kind.is_literal:
        return "one of " + ", ".join(get_args(kind.annotation))
    if kind.is_subclass_of(bool):
        return "true or false"
    if kind.is_subclass_of(date):
        return "a date as YYYY-MM-DD"
    if kind.is_subclass_of(int):
        bounds = parameter.kwarg_definition
        least, most = (getattr(bounds, name, None) for name in ("ge", "le"))
        limits = [f"from {least}"] * (least is not None) + [f"to {most}"] * (most is not None)
        return " ".join(["a whole number", *limits])
    return "a text"


def _query_names(handler: BaseRouteHandler) -> set[str]:
    dependencies = handler.resolve_dependencies()
    paths = {name for path in handler.paths for name in _in_braces(path)}
    return set(handler.parsed_fn_signature.parameters) - RESERVED_KWARGS - paths - set(dependencies)


def _in_braces(path: str) -> list[str]:
    return [part[1:-1].split(":")[0] for part in path.split("/") if part.startswith("{")]

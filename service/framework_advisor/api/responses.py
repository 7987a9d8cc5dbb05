"""Writing a response: a document as JSON, with an entity tag where it seldom changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from pydantic import BaseModel

JSON = "application/json"
#: An entity tag in a list, without the mark of a weak one. A comma may be part of one.
_TAG = re.compile(r'"[^"]*"')


def document(
    content: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """The document as JSON under the names of the contract."""
    return written(content.model_dump_json(by_alias=True).encode(), status, headers)


def written(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """A document that is JSON already."""
    return Response(content, status_code=status, media_type=JSON, headers=dict(headers or {}))


def tagged(request: Request[Any, Any, Any], content: BaseModel) -> Response[bytes]:
    """The document with an ``ETag`` over its content; 304 where the caller has it already."""
    body = content.model_dump_json(by_alias=True).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return fresh(request, body, tag, JSON, "private, no-cache")


def fresh(
    request: Request[Any, Any, Any], body: bytes, tag: str, media_type: str, caching: str
) -> Response[bytes]:
    """The body with its entity tag; 304 where the caller has it already."""
    headers = {"ETag": tag, "Cache-Control": caching}
    if caching.startswith("private"):
        headers["Vary"] = "Authorization"
    if matches(request.headers.get("If-None-Match", ""), tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def matches(given: str, tag: str) -> bool:
    """Whether ``If-None-Match`` names the tag (RFC 9110: compared weakly; ``*`` is any)."""
    return given.strip() == "*" or tag in _TAG.findall(given)


def text(
    content: str, media_type: str, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """Text of some other type; Litestar names the charset of ``text/…``, which is UTF-8."""
    return Response(content.encode(), media_type=media_type, headers=dict(headers or {}))


def following(path: str, cursor: int | None, limit: int) -> str | None:
    """Where the next page of a list is; None after the last one."""
    return None if cursor is None else f"{path}?limit={limit}&cursor={cursor}"

"""``Idempotency-Key``: a request that is sent again is done once."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from litestar import Request
from pydantic import BaseModel

from framework_advisor.api.gate import Caller
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.store.idempotency import Once

HEADER = "Idempotency-Key"
#: For the API document.
DESCRIBED = {
    HEADER: {
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
        "description": "Any text of up to 255 visible characters, best a random one. The same "
        "request with the same key is done once and answered again; another one is refused. "
        "Remembered for 24 hours, for each API key on its own.",
    }
}
_ACCEPTED = re.compile(r"[\x21-\x7e]{1,255}")


def once_of(request: Request[Any, Any, Any], caller: Caller, asked: BaseModel) -> Once | None:
    """The request's key with what is asked for; None where it has none.

    Requests are the same that ask for the same, however they spell it.

    Raises:
        InvalidInput: the key cannot be one.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return None
    # A structured field (RFC 9651) has it in quotes, as the draft of the header wants.
    key = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not _ACCEPTED.fullmatch(key):
        raise InvalidInput(
            (FieldError(HEADER, "the header is no key", "1 to 255 visible ASCII characters"),)
        )
    content = f"{request.method} {request.scope['path']}\n{asked.model_dump_json(by_alias=True)}"
    return Once(key, hashlib.sha256(content.encode()).hexdigest(), caller.key)

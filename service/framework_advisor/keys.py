"""API keys: how one is made, what is kept of it, and how one that is shown is known again.

Only SHA-256 of a key is kept. That is enough, without salt or stretching, because a key of ours is
256 random bits: nobody can go through them, and no two users choose the same one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from pydantic_core import PydanticCustomError

#: ``read`` is for GET, ``write`` for everything that decides, measures or forgets.
Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
#: What a key from a setting has to have at least, characters.
SHORTEST = 16
_MADE = re.compile(r"fa_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_ANYWHERE = re.compile(r"fa_([0-9a-f]{12})_[A-Za-z0-9_-]{16,}")
_WORD = re.compile(rf"[^\s/?&=,;]{{{SHORTEST},}}")
_ENTRY = (
    f"KEY or KEY:read or KEY:write, separated by commas; a KEY has {SHORTEST} characters or more"
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key. ``digest``: SHA-256 of the whole key, hexadecimal."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    digest: str
    created_at: datetime | None = None
    revoked_at: datetime | None = None


def digest_of(key: str) -> str:
    """SHA-256 of the key, hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key() -> tuple[str, str]:
    """A new key, and the id that it carries."""
    number = secrets.token_hex(6)
    return f"fa_{number}_{secrets.token_urlsafe(32)}", f"key_{number}"


def id_in(key: str) -> str | None:
    """The id that a key of ours carries; None where it is not of our making."""
    made = _MADE.fullmatch(key)
    return f"key_{made[1]}" if made else None


def matching(shown: str, candidates: Iterable[ApiKey]) -> ApiKey | None:
    """The candidate whose key was shown; the time it takes tells nothing of the digests."""
    digest, found = digest_of(shown), None
    for candidate in candidates:
        if hmac.compare_digest(candidate.digest, digest):
            found = candidate
    return found


def without_keys(text: str, known: Iterable[ApiKey] = ()) -> str:
    """The text with each key of our making, and each that is known, cut down to nothing of use."""
    text = _ANYWHERE.sub(r"fa_\1_…", text)
    candidates = tuple(known)
    if not candidates:
        return text
    return _WORD.sub(lambda word: "…" if matching(word[0], candidates) else word[0], text)


def keys_in(text: str) -> tuple[ApiKey, ...]:
    """The keys that a setting names, as :data:`SHORTEST` and its message describe.

    Raises:
        PydanticCustomError: an entry is not of that form; its text is not repeated.
    """
    parts = text.split(",") if text.strip() else []
    return tuple(_entry(number, part.strip()) for number, part in enumerate(parts, 1))


def _entry(number: int, text: str) -> ApiKey:
    key, _, scope = text.partition(":")
    if len(key) < SHORTEST or not key.isascii() or scope not in ("", *SCOPES):
        raise PydanticCustomError(
            "api_keys", "entry {number} cannot be used", {"number": number, "expected": _ENTRY}
        )
    digest = digest_of(key)
    scopes = (cast("Scope", scope),) if scope else SCOPES
    return ApiKey(f"set_{digest[:12]}", f"setting {number}", scopes, digest)

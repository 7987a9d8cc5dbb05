"""API keys, of which only digests are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from advanced_alchemy.filters import OrderBy
from advanced_alchemy.repository import SQLAlchemyAsyncRepository

from framework_advisor.errors import Conflict, NotFound
from framework_advisor.keys import SCOPES, ApiKey, Scope, digest_of, new_key
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import ApiKeyRow


class KeyRepository(SQLAlchemyAsyncRepository[ApiKeyRow]):
    """Access to the table."""

    model_type = ApiKeyRow


class Keys:
    """Makes, finds and revokes keys. What a revoked one asked for stays where it is."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def create(self, name: str, scopes: Iterable[Scope] = SCOPES) -> tuple[ApiKey, str]:
        """A new key: what is kept of it, and the key itself, which can never be read again."""
        key, id_ = new_key()
        row = ApiKeyRow(
            id=id_,
            name=name,
            scopes=" ".join(dict.fromkeys(scopes)),
            digest=digest_of(key),
            created_at=datetime.now(UTC),
        )
        async with self._sessions.writing() as session:
            session.add(row)
        return _key(row), key

    async def all(self) -> tuple[ApiKey, ...]:
        """Every key, the oldest first, also those that were revoked."""
        async with self._sessions.reading() as session:
            rows = await KeyRepository(session=session).get_many(OrderBy("created_at", "asc"))
            return tuple(map(_key, rows))

    async def active(self, id_: str) -> ApiKey | None:
        """The key of that id; None where there is none or it was revoked."""
        async with self._sessions.reading() as session:
            row = await KeyRepository(session=session).get_one_or_none(id=id_)
        return _key(row) if row is not None and row.revoked_at is None else None

    async def revoke(self, id_: str) -> ApiKey:
        """From now on it opens nothing.

        Raises:
            NotFound: there is no such key.
            Conflict: it was revoked before.
        """
        async with self._sessions.writing() as session:
            row = await KeyRepository(session=session).get_one_or_none(id=id_)
            if row is None:
                raise NotFound(f"There is no API key {id_}.")
            if row.revoked_at is not None:
                raise Conflict(f"API key {id_} was revoked on {row.revoked_at:%Y-%m-%d}.")
            row.revoked_at = datetime.now(UTC)
        return _key(row)


def _key(row: ApiKeyRow) -> ApiKey:
    scopes = cast("tuple[Scope, ...]", tuple(row.scopes.split()))
    return ApiKey(row.id, row.name, scopes, row.digest, row.created_at, row.revoked_at)

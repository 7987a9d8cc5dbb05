"""Requests that are done once, however often they arrive: what is known by their keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.store.tables import IdempotencyRow

#: A key is forgotten after so long, or with what was made under it.
REMEMBERED = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Once:
    """The key of a request, whose it is, and a digest of what is asked for.

    ``owner`` is the id of the API key, None where none is needed.
    """

    key: str
    digest: str
    owner: str | None = None


async def known(session: AsyncSession, once: Once) -> IdempotencyRow | None:
    """What stands for that key; None where it is new.

    Raises:
        InvalidInput: something else was asked for under it.
    """
    row = await session.get(IdempotencyRow, (once.owner or "", once.key))
    if row is None or row.created_at < datetime.now(UTC) - REMEMBERED:
        return None
    if row.digest != once.digest:
        raise InvalidInput(
            (
                FieldError(
                    "Idempotency-Key",
                    "another request was sent with that key",
                    "a new key for a new request, or the same request again",
                ),
            )
        )
    return row


async def unless_made(
    session: AsyncSession,
    once: Once,
    make: Callable[[], Awaitable[object]],
    *,
    run: str | None = None,
    recommendation: str | None = None,
) -> IdempotencyRow | None:
    """Make it and remember the key, or say what an identical request made before.

    Both in one transaction, with one row for a key: of requests that arrive at the same moment,
    through whatever server, one makes it, and the others wait and find it.
    """
    oldest = datetime.now(UTC) - REMEMBERED
    await session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at < oldest))
    if (found := await known(session, once)) is not None:
        return found
    row = IdempotencyRow(
        owner=once.owner or "",
        key=once.key,
        digest=once.digest,
        created_at=datetime.now(UTC),
        run_id=run,
        recommendation_id=recommendation,
    )
    try:
        async with session.begin_nested():
            await make()
            session.add(row)
    except IntegrityError:
        # Another transaction committed the same key while this one waited for it.
        if (found := await known(session, once)) is None:
            raise
        return found
    return None

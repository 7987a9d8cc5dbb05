"""How many requests were taken in which minute, counted for all processes together."""

from __future__ import annotations

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import RateRow

#: Minutes before this one are of no use any more; clocks of several hosts may differ by one.
KEPT = 2


class Limits:
    """Takes requests from a minute's allowance."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def take(self, subject: str, minute: int, number: int) -> int:
        """Take that many at once; how many have been taken by then, these included.

        One statement, so that no two processes ever take the same one.
        """

        def grant(connection: Connection) -> int | None:
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            taken: int | None = connection.scalar(
                dialect.insert(RateRow)
                .values(subject=subject, minute=minute, taken=number)
                .on_conflict_do_update(
                    index_elements=[RateRow.subject, RateRow.minute],
                    set_={"taken": RateRow.taken + number},
                )
                .returning(RateRow.taken)
            )
            return taken

        return await self._sessions.write(grant) or number

    async def forget(self, minute: int) -> None:
        """Drop what no process asks for any more."""
        async with self._sessions.writing() as session:
            await session.execute(delete(RateRow).where(RateRow.minute <= minute - KEPT))

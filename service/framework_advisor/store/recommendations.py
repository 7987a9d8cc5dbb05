"""Recommendations that were given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import cast

from advanced_alchemy.filters import LimitOffset, OrderBy
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from framework_advisor.errors import NotFound
from framework_advisor.recommendation import Recommendation, Status
from framework_advisor.remembered import Answer, joined
from framework_advisor.runs.records import Given, Page
from framework_advisor.store.batching import Batched
from framework_advisor.store.idempotency import Once, known, unless_made
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import DecisionRow, IdempotencyRow, RecommendationRow
from framework_knowledge.models import FrameworkId


class RecommendationRepository(SQLAlchemyAsyncRepository[RecommendationRow]):
    """Access to the table."""

    model_type = RecommendationRow


class Recommendations:
    """Keeps, finds and forgets recommendations.

    ``owner`` is the id of the key that asks: of what other keys were answered it sees nothing.
    None sees everything.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._added = Batched(self._add)

    async def add(
        self, answer: Answer, owner: str | None = None, once: Once | None = None
    ) -> Recommendation | None:
        """Keep it as it is; what was decided is kept once, however often it is given.

        ``once``: where that was asked for before, nothing is kept, and what was then is returned.

        Raises:
            InvalidInput: something else was asked for under that key.
        """
        if once is None:
            await self._added((answer, owner))
            return None
        async with self._sessions.writing() as session:
            made = await unless_made(
                session,
                once,
                lambda: session.run_sync(
                    lambda sync: _insert(sync.connection(), [(answer, owner)])
                ),
                recommendation=answer.given.id,
            )
        return await self._of_key(made)

    async def repeated(self, once: Once) -> Recommendation | None:
        """What was kept for that request before; None where it is new.

        Raises:
            InvalidInput: something else was asked for under that key.
        """
        async with self._sessions.reading() as session:
            found = await known(session, once)
        return await self._of_key(found)

    async def _of_key(self, found: IdempotencyRow | None) -> Recommendation | None:
        id_ = found.recommendation_id if found else None
        return await self.get(id_) if id_ else None

    async def _add(self, given: Sequence[tuple[Answer, str | None]]) -> Sequence[None]:
        await self._sessions.write(lambda connection: _insert(connection, given))
        return [None] * len(given)

    async def get(self, id_: str, owner: str | None = None) -> Recommendation:
        """The recommendation of that id.

        Raises:
            NotFound: there is none, or no longer.
        """
        async with self._sessions.reading() as session:
            found = await session.execute(
                select(RecommendationRow.document, DecisionRow.document)
                .outerjoin(DecisionRow)
                .where(RecommendationRow.id == id_, *_of(owner))
            )
            row = found.first()
        if row is None:
            raise NotFound(f"There is no recommendation {id_}.")
        return Recommendation.model_validate_json(_whole(*row))

    async def page(
        self, limit: int, cursor: int | None = None, owner: str | None = None
    ) -> Page[Given]:
        """Up to ``limit``, newest first, from those older than ``cursor``."""
        older = [] if cursor is None else [RecommendationRow.seq < cursor]
        async with self._sessions.reading() as session:
            repository = RecommendationRepository(session=session)
            total = await repository.count(*_of(owner))
            rows = await repository.get_many(
                *_of(owner), *older, OrderBy("seq", "desc"), LimitOffset(limit=limit + 1, offset=0)
            )
        shown = rows[:limit]
        return Page(
            items=tuple(map(_given, shown)),
            total=total,
            next=shown[-1].seq if len(rows) > limit else None,
        )

    async def each(self, batch: int = 50) -> AsyncIterator[tuple[Given, str]]:
        """Every recommendation with its JSON text, newest first; ``batch`` in memory at a time.

        What is added meanwhile is not among them.
        """
        cursor: int | None = None
        while True:
            async with self._sessions.reading() as session:
                found = await session.execute(
                    select(RecommendationRow, DecisionRow.document)
                    .outerjoin(DecisionRow)
                    .options(undefer(RecommendationRow.document))
                    .where(*([] if cursor is None else [RecommendationRow.seq < cursor]))
                    .order_by(RecommendationRow.seq.desc())
                    .limit(batch)
                )
                rows = found.all()
            for row, decision in rows:
                yield _given(row), _whole(row.document, decision)
            if len(rows) < batch:
                return
            cursor = rows[-1][0].seq

    async def delete(self, id_: str, owner: str | None = None) -> None:
        """Forget it.

        Raises:
            NotFound: there is none, or no longer.
        """
        async with self._sessions.writing() as session:
            gone = await session.scalars(
                delete(RecommendationRow)
                .where(RecommendationRow.id == id_, *_of(owner))
                .returning(RecommendationRow.decision)
            )
            decisions = gone.all()
            await _forget_unused(session, decisions)
        if not decisions:
            raise NotFound(f"There is no recommendation {id_}.")

    async def forget_before(self, moment: datetime, most: int) -> int:
        """Forget up to ``most`` that were given before, whoever asked; how many they were."""
        old = (
            select(RecommendationRow.seq)
            .where(RecommendationRow.created_at < moment)
            .order_by(RecommendationRow.seq)
            .limit(most)
        )
        async with self._sessions.writing() as session:
            gone = await session.scalars(
                delete(RecommendationRow)
                .where(RecommendationRow.seq.in_(old))
                .returning(RecommendationRow.decision)
            )
            decisions = gone.all()
            await _forget_unused(session, decisions)
            return len(decisions)


async def _forget_unused(session: AsyncSession, decisions: Iterable[str | None]) -> None:
    """Forget those of these decisions that no recommendation gives any more."""
    given = select(RecommendationRow.id).where(RecommendationRow.decision == DecisionRow.digest)
    await session.execute(
        delete(DecisionRow).where(
            DecisionRow.digest.in_({each for each in decisions if each}), ~given.exists()
        )
    )


def _row(answer: Answer, owner: str | None) -> dict[str, object]:
    given = answer.given
    return {
        "id": given.id,
        "created_at": given.created_at,
        "name": given.name,
        "status": given.status,
        "framework": given.framework,
        "p_best": given.p_best,
        "owner": owner,
        "decision": answer.worded.digest,
        "document": answer.identity.model_dump_json(),
    }


def _whole(document: str, decision: str | None) -> str:
    """The recommendation as JSON."""
    if decision is None:
        return document
    return joined(document.encode(), decision.encode()).decode()


#: Put together once: that takes longer than SQLite takes to do them.
_THERE = select(DecisionRow.digest).where(
    DecisionRow.digest.in_(bindparam("digests", expanding=True))
)
_DECISIONS, _GIVEN = insert(DecisionRow), insert(RecommendationRow)


def _insert(connection: Connection, given: Sequence[tuple[Answer, str | None]]) -> None:
    decisions = {answer.worded.digest: answer.worded.full for answer, _ in given}
    there = connection.scalars(_THERE, {"digests": list(decisions)})
    missing = decisions.keys() - set(there)
    if missing:
        new = [{"digest": digest, "document": decisions[digest].decode()} for digest in missing]
        connection.execute(_DECISIONS, new)
    connection.execute(_GIVEN, [_row(*each) for each in given])


def _of(owner: str | None) -> list[ColumnElement[bool]]:
    return [] if owner is None else [RecommendationRow.owner == owner]


def _given(row: RecommendationRow) -> Given:
    return Given(
        id=row.id,
        created_at=row.created_at,
        name=row.name,
        status=cast("Status", row.status),
        framework=cast("FrameworkId | None", row.framework),
        p_best=row.p_best,
    )

"""Recommendations that were given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import cast

from advanced_alchemy.filters import LimitOffset, OrderBy
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import undefer

from framework_advisor.errors import NotFound
from framework_advisor.recommendation import Recommendation, Status
from framework_advisor.runs.records import Given, Page
from framework_advisor.store.batching import Batched
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import RecommendationRow
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

    async def add(self, given: Given, document: str, owner: str | None = None) -> None:
        """Keep it as it is; ``document`` is the whole of it as JSON."""
        row = {
            "id": given.id,
            "created_at": given.created_at,
            "name": given.name,
            "status": given.status,
            "framework": given.framework,
            "p_best": given.p_best,
            "owner": owner,
            "document": document,
        }
        await self._added(row)

    async def _add(self, rows: Sequence[dict[str, object]]) -> Sequence[None]:
        async with self._sessions.writing() as session:
            await session.execute(insert(RecommendationRow), list(rows))
        return [None] * len(rows)

    async def get(self, id_: str, owner: str | None = None) -> Recommendation:
        """The recommendation of that id.

        Raises:
            NotFound: there is none, or no longer.
        """
        async with self._sessions.reading() as session:
            text = await session.scalar(
                select(RecommendationRow.document).where(RecommendationRow.id == id_, *_of(owner))
            )
        if text is None:
            raise NotFound(f"There is no recommendation {id_}.")
        return Recommendation.model_validate_json(text)

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
                found = await session.scalars(
                    select(RecommendationRow)
                    .options(undefer(RecommendationRow.document))
                    .where(*([] if cursor is None else [RecommendationRow.seq < cursor]))
                    .order_by(RecommendationRow.seq.desc())
                    .limit(batch)
                )
                rows = found.all()
            for row in rows:
                yield _given(row), row.document
            if len(rows) < batch:
                return
            cursor = rows[-1].seq

    async def delete(self, id_: str, owner: str | None = None) -> None:
        """Forget it.

        Raises:
            NotFound: there is none, or no longer.
        """
        async with self._sessions.writing() as session:
            repository = RecommendationRepository(session=session)
            gone = await repository.delete_where(RecommendationRow.id == id_, *_of(owner))
        if not gone:
            raise NotFound(f"There is no recommendation {id_}.")


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

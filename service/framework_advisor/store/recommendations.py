"""Recommendations that were given."""

from __future__ import annotations

from advanced_alchemy.filters import LimitOffset, OrderBy
from advanced_alchemy.repository import SQLAlchemyAsyncRepository

from framework_advisor.errors import NotFound
from framework_advisor.recommendation import Recommendation
from framework_advisor.runs.records import Page
from framework_advisor.store.sessions import Sessions
from framework_advisor.store.tables import RecommendationRow


class RecommendationRepository(SQLAlchemyAsyncRepository[RecommendationRow]):
    """Access to the table."""

    model_type = RecommendationRow


class Recommendations:
    """Keeps, finds and forgets recommendations."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, recommendation: Recommendation) -> None:
        """Keep it as it is."""
        row = RecommendationRow(
            id=recommendation.id,
            created_at=recommendation.created_at,
            document=recommendation.model_dump_json(by_alias=True),
        )
        async with self._sessions.writing() as session:
            await RecommendationRepository(session=session, auto_refresh=False).add(row)

    async def get(self, id_: str) -> Recommendation:
        """The recommendation of that id.

        Raises:
            NotFound: there is none, or no longer.
        """
        async with self._sessions.reading() as session:
            row = await RecommendationRepository(session=session).get_one_or_none(id=id_)
        if row is None:
            raise NotFound(f"There is no recommendation {id_}.")
        return Recommendation.model_validate_json(row.document)

    async def page(self, limit: int, cursor: int | None = None) -> Page[Recommendation]:
        """Up to ``limit``, newest first, from those older than ``cursor``."""
        older = [] if cursor is None else [RecommendationRow.seq < cursor]
        async with self._sessions.reading() as session:
            repository = RecommendationRepository(session=session)
            total = await repository.count()
            rows = await repository.get_many(
                *older, OrderBy("seq", "desc"), LimitOffset(limit=limit + 1, offset=0)
            )
        shown = rows[:limit]
        return Page(
            items=tuple(Recommendation.model_validate_json(row.document) for row in shown),
            total=total,
            next=shown[-1].seq if len(rows) > limit else None,
        )

    async def delete(self, id_: str) -> None:
        """Forget it.

        Raises:
            NotFound: there is none, or no longer.
        """
        async with self._sessions.writing() as session:
            gone = await RecommendationRepository(session=session).delete_where(id=id_)
        if not gone:
            raise NotFound(f"There is no recommendation {id_}.")

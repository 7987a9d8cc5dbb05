"""What was decided is kept once, however often it is given, and goes with the last of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from answers import filed
from framework_advisor import Advisor, Profile
from framework_advisor.recommendation import Identity, Recommendation
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.engine import MIGRATIONS

Value = TypeVar("Value")


@pytest.fixture(scope="module")
def answers() -> tuple[Recommendation, Recommendation, Recommendation]:
    """The same decision twice, and another one."""
    same, other = (Advisor().decide(Profile(stage=stage)) for stage in ("production", "research"))
    first, second, third = (
        Recommendation.of(decision, Identity.new()) for decision in (same, same, other)
    )
    return first, second, third


def using(folder: Path, act: Callable[[Store], Awaitable[Value]]) -> Value:
    async def run() -> Value:
        async with Store(Settings(data_dir=folder)) as store:
            return await act(store)

    return asyncio.run(run())


def digests(folder: Path) -> list[str]:
    engine = create_engine(f"sqlite:///{folder / 'advisor.sqlite3'}")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT digest FROM decisions ORDER BY digest")).scalars()
        kept = list(found)
    engine.dispose()
    return kept


def test_the_same_decision_is_kept_once_and_goes_with_the_last_that_gives_it(
    tmp_path: Path, answers: tuple[Recommendation, ...]
) -> None:
    async def add(store: Store) -> list[Recommendation]:
        await asyncio.gather(*(store.recommendations.add(filed(each)) for each in answers))
        return [await store.recommendations.get(each.id) for each in answers]

    assert using(tmp_path, add) == list(answers)
    same, other = (filed(answers[n]).worded.digest for n in (0, 2))
    assert digests(tmp_path) == sorted([same, other])
    first, second, _ = answers
    using(tmp_path, lambda store: store.recommendations.delete(first.id))
    assert digests(tmp_path) == sorted([same, other])
    assert using(tmp_path, lambda store: store.recommendations.get(second.id)) == second
    using(tmp_path, lambda store: store.recommendations.delete(second.id))
    assert digests(tmp_path) == [other]


def test_an_earlier_version_finds_every_recommendation_whole(
    tmp_path: Path, answers: tuple[Recommendation, ...]
) -> None:
    async def add(store: Store) -> None:
        for each in answers:
            await store.recommendations.add(filed(each))

    using(tmp_path, add)
    engine = create_engine(f"sqlite:///{tmp_path / 'advisor.sqlite3'}")

    def back(connection: Connection) -> dict[str, str]:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        found = connection.execute(text("SELECT id, document FROM recommendations"))
        return {row.id: row.document for row in found}

    with engine.connect() as connection:
        documents = back(connection)
    engine.dispose()
    assert {id_: json.loads(document) for id_, document in documents.items()} == {
        each.id: json.loads(each.model_dump_json()) for each in answers
    }

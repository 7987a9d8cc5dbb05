"""The schema: what the migrations make is what the models say."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

import measuring
from framework_advisor.errors import InvalidInput
from framework_advisor.runs.records import RunResults
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.engine import MIGRATIONS, database, migrate
from framework_advisor.store.tables import Base
from processes import environment


def migrated(settings: Settings, look: object) -> object:
    """What ``look`` returns of a connection to a new store."""

    async def run() -> object:
        engine = database(settings.store_url).get_engine()
        try:
            await migrate(engine)
            async with engine.connect() as connection:
                return await connection.run_sync(look)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def test_the_migrations_make_exactly_the_schema_of_the_models(where: Settings) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)

    assert migrated(where, differences) == []


def test_the_migrations_make_the_names_and_rules_of_the_models(where: Settings) -> None:
    """What Alembic does not compare: keys by name, and what happens on deletion."""

    def made(connection: Connection) -> dict[str, object]:
        found = inspect(connection)
        return {
            table: (
                found.get_pk_constraint(table)["name"],
                sorted(
                    (f["name"], f["options"].get("ondelete")) for f in found.get_foreign_keys(table)
                ),
                sorted(u["name"] for u in found.get_unique_constraints(table)),
            )
            for table in Base.metadata.tables
        }

    def wanted() -> dict[str, object]:
        return {
            name: (
                table.primary_key.name,
                sorted((f.name, f.ondelete) for f in table.foreign_key_constraints),
                sorted(f"uq_{name}_{column.name}" for column in table.columns if column.unique),
            )
            for name, table in Base.metadata.tables.items()
        }

    assert migrated(where, made) == wanted()


def test_a_migration_can_be_taken_back(where: Settings) -> None:
    def back(connection: Connection) -> list[str]:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    assert migrated(where, back) == ["alembic_version"]


def test_what_was_measured_outlives_an_upgrade(where: Settings) -> None:
    """SQLite makes an altered table anew: dropping the old one must not take its run's results."""

    def as_it_was(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")

    async def filled() -> None:
        async with Store(where) as store:
            await store.hosts.add(measuring.HOST)
            await store.runs.create(measuring.request("run_1"), measuring.HOST.id)
            await store.runs.start("run_1")
            await store.runs.add_environment("run_1", measuring.ENVIRONMENT)
            await store.runs.add_result(measuring.result())
            await store.runs.add_pair(measuring.pair())

    async def taken_back() -> None:
        engine = database(where.store_url).get_engine()
        try:
            async with engine.connect() as connection:
                await connection.run_sync(as_it_was)
        finally:
            await engine.dispose()

    async def kept() -> RunResults:
        async with Store(where) as store:
            return await store.runs.results("run_1")

    asyncio.run(filled())
    asyncio.run(taken_back())
    found = asyncio.run(kept())
    assert found.results == (measuring.result(),)
    assert found.environments == (measuring.ENVIRONMENT,)
    assert found.pairs == (measuring.pair(),)


OPEN = """
import asyncio
from framework_advisor.settings import Settings
from framework_advisor.store import Store
async def main():
    async with Store(Settings()) as store:
        await store.ping()
asyncio.run(main())
"""


def test_processes_that_open_a_new_store_at_once_all_get_it(where: Settings) -> None:
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN],
            env=environment(where.data_dir, where.database_url),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    ends = [start.communicate(timeout=60)[1] for start in starts]
    assert [start.returncode for start in starts] == [0] * 4, ends


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite:///plain.db", "mysql+nothing://me:secret@host/db"]
)
def test_a_url_that_cannot_be_used_names_the_setting_and_keeps_its_password(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        database(url)
    (error,) = caught.value.errors
    assert error.pointer == "FRAMEWORK_ADVISOR_DATABASE_URL"
    assert "secret" not in str(caught.value)

"""Opening the database: driver, SQLite's settings, and the migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advanced_alchemy.config import AsyncSessionConfig, EngineConfig, SQLAlchemyAsyncConfig
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidRequestError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine

from framework_advisor.errors import FieldError, InvalidInput

MIGRATIONS = Path(__file__).parent / "migrations"
#: How long a writer waits for another one, milliseconds.
BUSY_TIMEOUT_MS = 5_000
#: Execution option of a connection that is going to write.
WRITES = "framework_advisor_writes"


def database(url: str) -> SQLAlchemyAsyncConfig:
    """The database behind that URL, with nothing opened yet.

    Raises:
        InvalidInput: the URL cannot be read, or its driver is missing or not asynchronous.
    """
    config = SQLAlchemyAsyncConfig(
        connection_string=url,
        session_config=AsyncSessionConfig(expire_on_commit=False),
        engine_config=EngineConfig(hide_parameters=True),
    )
    try:
        engine = config.get_engine()
    except (ArgumentError, InvalidRequestError, NoSuchModuleError, ImportError) as error:
        # The URL itself may hold a password, so the message does not repeat it.
        raise InvalidInput(
            (
                FieldError(
                    "FRAMEWORK_ADVISOR_DATABASE_URL",
                    f"the database cannot be used: {type(error).__name__}",
                    "a URL such as sqlite+aiosqlite:////var/lib/advisor.sqlite3",
                ),
            )
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return config


def _set_up_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # SQLAlchemy emits BEGIN itself (below), so the driver must not.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
    ):
        try:
            cursor.execute(f"PRAGMA {pragma}")
        except BaseException:
            # A file that is no database. The pool does not know this connection yet.
            connection.close()
            raise
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads and then writes fails at once where another one wrote in between,
    # whatever the busy timeout; taking the write lock first makes it wait instead.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema up to date, in one transaction: all of it or nothing."""
    async with engine.execution_options(**{WRITES: True}).begin() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    command.upgrade(config, "head")

"""Opening the database: driver, settings of SQLite and PostgreSQL, and the migrations."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from advanced_alchemy.config import AsyncSessionConfig, EngineConfig, SQLAlchemyAsyncConfig
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, InvalidRequestError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine

from framework_advisor.errors import FieldError, InvalidInput, NotInstalled

MIGRATIONS = Path(__file__).parent / "migrations"
#: How long a writer waits for another one, milliseconds.
BUSY_TIMEOUT_MS = 5_000
#: How long until a statement that SQLite does not wait for is tried again.
_BUSY_PAUSE_S = 0.01
#: The same on PostgreSQL. One that is silent for longer within a transaction is disconnected.
LOCK_TIMEOUT_S, IDLE_TIMEOUT_S = 10, 60
#: How long PostgreSQL may take to let us in, and to answer; how long to wait for a connection.
CONNECT_TIMEOUT_S, COMMAND_TIMEOUT_S, POOL_TIMEOUT_S = 5, 60, 10
#: Number of the lock that writers take in turn; any that nobody else in the database uses.
_LOCK = 0x66_61_64_76
_WRITER_LOCK = (
    f"SELECT set_config('lock_timeout', '{LOCK_TIMEOUT_S}s', true), "
    f"set_config('idle_in_transaction_session_timeout', '{IDLE_TIMEOUT_S}s', true), "
    f"pg_advisory_xact_lock({_LOCK})"
)
#: Execution option of a connection that is going to write.
WRITES = "framework_advisor_writes"


def database(url: str) -> SQLAlchemyAsyncConfig:
    """The database behind that URL, with nothing opened yet.

    Raises:
        InvalidInput: the URL cannot be read, or its driver is missing or not asynchronous.
        NotInstalled: the extra with PostgreSQL's driver is missing.
    """
    try:
        kind = make_url(url).get_backend_name()
        config = SQLAlchemyAsyncConfig(
            connection_string=url,
            session_config=AsyncSessionConfig(expire_on_commit=False),
            engine_config=_postgresql() if kind == "postgresql" else EngineConfig(**_COMMON),
        )
        engine = config.get_engine()
    except (ArgumentError, InvalidRequestError, NoSuchModuleError, ImportError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "asyncpg":
            raise NotInstalled("postgresql", "A store in PostgreSQL") from None
        # The URL itself may hold a password, so the message does not repeat it.
        raise InvalidInput(
            (
                FieldError(
                    "FRAMEWORK_ADVISOR_DATABASE_URL",
                    f"the database cannot be used: {type(error).__name__}",
                    "a URL such as sqlite+aiosqlite:////var/lib/advisor.sqlite3 or "
                    "postgresql+asyncpg://user:password@host/database",
                ),
            )
        ) from None
    if engine.dialect.name == "sqlite":
        _listen_sqlite(engine.sync_engine)
    else:
        event.listen(engine.sync_engine, "begin", _begin_postgresql)
    return config


def in_a_thread(engine: AsyncEngine) -> Engine | None:
    """The same file of SQLite, for transactions that one thread does from beginning to end.

    None for any other database.
    """
    url = engine.url.set(drivername="sqlite")
    if engine.dialect.name != "sqlite" or not url.database or url.database == ":memory:":
        return None
    plain = create_engine(url, **_COMMON)
    _listen_sqlite(plain)
    return plain


def reader(engine: AsyncEngine) -> AsyncEngine:
    """The engine for transactions that see one state of the database and change nothing."""
    if engine.dialect.name == "sqlite":  # as all of its transactions do
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writer(engine: AsyncEngine) -> AsyncEngine:
    """The engine for transactions that write: one at a time, of whatever process."""
    return engine.execution_options(**{WRITES: True})


#: Texts of people stay out of messages and logs.
_COMMON: dict[str, Any] = {"hide_parameters": True}


def _postgresql() -> EngineConfig:
    return EngineConfig(
        **_COMMON,
        # A connection that broke while nobody used it is replaced before anybody does.
        pool_pre_ping=True,
        pool_timeout=POOL_TIMEOUT_S,
        connect_args={
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": COMMAND_TIMEOUT_S,
            "server_settings": {"application_name": "framework-advisor"},
        },
    )


def _listen_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


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
            _execute_when_free(cursor, f"PRAGMA {pragma}")
        except BaseException:
            # A file that is no database. The pool does not know this connection yet.
            connection.close()
            raise
    cursor.close()


def _execute_when_free(cursor: DBAPICursor, statement: str) -> None:
    # SQLite does not wait, whatever the busy timeout, where two connections turn a new file to a
    # write-ahead log at once: one of them fails at once with SQLITE_BUSY and has to ask again.
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1e3
    while True:
        try:
            cursor.execute(statement)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_BUSY_PAUSE_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads and then writes fails at once where another one wrote in between,
    # whatever the busy timeout; taking the write lock first makes it wait instead.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    # The same for PostgreSQL: a writer that decides by what it read must not be overtaken. The lock
    # is given back by the end of the transaction, after which its changes are visible.
    if connection.get_execution_options().get(WRITES, False):
        connection.exec_driver_sql(_WRITER_LOCK)


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema up to date, in one transaction: all of it or nothing.

    Whoever comes second waits, and finds nothing to do.

    Raises:
        InvalidInput: a newer version has been there.
    """
    try:
        async with writer(engine).connect() as connection:
            await connection.run_sync(_upgrade)
    except CommandError as error:
        raise InvalidInput(
            (
                FieldError(
                    "FRAMEWORK_ADVISOR_DATABASE_URL",
                    f"the store was written by another version: {error}",
                    "the version that wrote it, or a newer one",
                ),
            )
        ) from None


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    command.upgrade(config, "head")

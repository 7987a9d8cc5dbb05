"""What the database's failures mean: that it is away, busy or full, or a mistake of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from advanced_alchemy.exceptions import AdvancedAlchemyError
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from framework_advisor.errors import FieldError, InvalidInput, StoreFull, Unavailable

NO_ROOM = "There is no room left where the store is; nothing new can be kept."
#: Everything that a database can raise: the driver's own errors, and those of the network.
FAILURES = (SQLAlchemyError, AdvancedAlchemyError, OSError)
#: SQLSTATEs, or the classes that they begin with, of a PostgreSQL that answers at another time:
#: connection, authorization, no such database, read-only standby, conflict of transactions, lack of
#: resources, lock or statement timed out, intervention of an operator, failure of its system.
_AWAY = ("08", "28", "3D", "25006", "40", "53", "55P03", "57", "58")
_DISK_FULL = "53100"
#: The same of SQLite.
_SQLITE_AWAY = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
)


@contextmanager
def told() -> Iterator[None]:
    """What happens to the database inside, as this project's errors; mistakes of ours as they are.

    Raises:
        Unavailable: it is away or busy, and will be back.
        StoreFull: there is no room for what was to be written.
    """
    try:
        yield
    except FAILURES as error:
        meant = _meaning(error)
        if meant is None:
            raise
        raise meant from error


def _meaning(error: BaseException) -> StoreFull | Unavailable | None:
    failure = _root(error)
    driver = failure.orig if isinstance(failure, DBAPIError) else failure
    state = getattr(driver, "sqlstate", None) or ""
    # Extended codes of SQLite say more in their higher bytes.
    code = getattr(driver, "sqlite_errorcode", 0) & 0xFF
    if state == _DISK_FULL or code == sqlite3.SQLITE_FULL:
        return StoreFull(NO_ROOM, reason(error))
    if (
        state.startswith(_AWAY)
        or code in _SQLITE_AWAY
        or (isinstance(failure, DBAPIError) and failure.connection_invalidated)
        or isinstance(failure, (OSError, NoConnectionFree))
    ):
        return Unavailable("The store cannot be reached now; try again soon.", reason(error))
    return None


def _root(error: BaseException) -> BaseException:
    """SQLAlchemy's error below the repository's, or the error itself."""
    while isinstance(error, AdvancedAlchemyError) and (
        below := error.__cause__ or error.__context__
    ):
        error = below
    return error


def reason(error: BaseException) -> str:
    """What the driver says, in a line; SQLAlchemy's own text goes on with statements and links."""
    failure = _root(error)
    said = getattr(failure, "orig", None) or failure
    return (getattr(said, "strerror", None) or str(said) or type(said).__name__).partition("\n")[0]


def cannot_open(url: URL, error: BaseException) -> InvalidInput:
    """What is wrong with the setting that names the database, as far as its failure tells."""
    state = getattr(getattr(_root(error), "orig", None), "sqlstate", None) or ""
    database, where = url.database, f"{url.host}:{url.port or 5432}"
    if url.get_backend_name() == "sqlite":
        expected = "a database that answers, or a data directory that can be written"
    elif state.startswith("28"):
        expected = "a user and a password that the server accepts, in the URL"
    elif state == "3D000":
        expected = f"a database that is there: CREATE DATABASE {database}"
    elif state == "42501":
        expected = (
            f"a user that may make tables: GRANT CREATE ON SCHEMA public TO {url.username}, "
            f"or ALTER DATABASE {database} OWNER TO {url.username}"
        )
    elif isinstance(error, TypeError):
        expected = "parameters that asyncpg knows, such as ?ssl=require"
    else:
        expected = f"a PostgreSQL that answers at {where}"
    return InvalidInput(
        (
            FieldError(
                "FRAMEWORK_ADVISOR_DATABASE_URL",
                f"the store cannot be opened: {reason(error)}",
                expected,
            ),
        )
    )

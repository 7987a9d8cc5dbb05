"""Run by Alembic: migrates over the connection that the store hands in, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from framework_advisor.store.tables import Base


@contextmanager
def without_cascades(connection: Connection) -> Iterator[None]:
    """Rows stay where the table that they refer to is made anew.

    SQLite alters a table by dropping the old one, which takes along what refers to it: a run's
    results. The pragma is without effect within a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


def migrate(connection: Connection) -> None:
    """Take the store from one revision to another."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite rebuilds a table to alter it.
        render_as_batch=True,
    )
    with without_cascades(connection), connection.begin(), context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])

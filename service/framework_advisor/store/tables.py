"""The tables.

A document (recommendation, result, …) is kept whole as JSON text; what the database is asked for
stands in columns beside it.
"""

from __future__ import annotations

from datetime import datetime

from advanced_alchemy.base import CommonTableAttributes, convention
from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import (
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SHORT = 64
#: What stands for the character NUL.
NUL_PICTURE = "␀"


def _keepable(text: str | None) -> str | None:
    return text if text is None else text.replace("\0", NUL_PICTURE)


class Line(TypeDecorator[str]):
    """Short text, also to look for; NUL, which PostgreSQL refuses, becomes its picture.

    Documents need none of this: JSON escapes it.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """What is sent to the database."""
        return _keepable(value)


class Words(TypeDecorator[str]):
    """The same of any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """What is sent to the database."""
        return _keepable(value)


class Base(CommonTableAttributes, DeclarativeBase):
    """Base of the tables, with a registry of its own so that an embedder's stay apart."""

    metadata = MetaData(naming_convention=convention)


class DecisionRow(Base):
    """What was decided, by a digest of itself; given as often as the same was asked."""

    __tablename__ = "decisions"

    digest: Mapped[str] = mapped_column(Line(SHORT), primary_key=True)
    document: Mapped[str] = mapped_column(Text)


class RecommendationRow(Base):
    """One answer, as it was given.

    ``document`` holds its identity where ``decision`` has the rest, else the whole of it.
    """

    __tablename__ = "recommendations"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Line(SHORT), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    name: Mapped[str | None] = mapped_column(Words)
    status: Mapped[str] = mapped_column(Line(SHORT))
    framework: Mapped[str | None] = mapped_column(Line(SHORT))
    p_best: Mapped[float | None] = mapped_column(Double)
    #: Id of the key that asked; null where no key was needed.
    owner: Mapped[str | None] = mapped_column(Line(SHORT), index=True)
    decision: Mapped[str | None] = mapped_column(ForeignKey(DecisionRow.digest), index=True)
    document: Mapped[str] = mapped_column(Text, deferred=True)


class ApiKeyRow(Base):
    """What is kept of an API key; never the key."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(Line(SHORT), primary_key=True)
    name: Mapped[str] = mapped_column(Words)
    scopes: Mapped[str] = mapped_column(Line(SHORT))
    digest: Mapped[str] = mapped_column(Line(SHORT))
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))


class HostRow(Base):
    """A machine that probes ran on."""

    __tablename__ = "hosts"

    id: Mapped[str] = mapped_column(Line(SHORT), primary_key=True)
    first_seen: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    last_seen: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    document: Mapped[str] = mapped_column(Text)


class RunRow(Base):
    """A probe run."""

    __tablename__ = "probe_runs"
    __table_args__ = (Index("ix_probe_runs_host_status", "host_id", "status"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Line(SHORT), unique=True)
    host_id: Mapped[str] = mapped_column(ForeignKey("hosts.id"))
    status: Mapped[str] = mapped_column(Line(SHORT))
    request: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    done: Mapped[int] = mapped_column(default=0)
    planned: Mapped[int | None]
    message: Mapped[str] = mapped_column(Words, default="")
    peaks: Mapped[str | None] = mapped_column(Text)
    #: How many events it has had; the number of the last one.
    events: Mapped[int] = mapped_column(default=0)
    #: Which machine, and which lock on it, it is executed under, or was last.
    executor: Mapped[str | None] = mapped_column(Line(2 * SHORT))
    #: Counts up while it is being executed.
    beats: Mapped[int] = mapped_column(default=0)
    #: Somebody wants it to end; whoever executes it looks every second.
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    #: The request that asked for it; null where it was the command line.
    request_id: Mapped[str | None] = mapped_column(String(2 * SHORT))
    #: Digest of what it measured, whatever it is called; null while it goes on.
    content: Mapped[str | None] = mapped_column(String(SHORT), index=True)
    #: When it came from another machine; null where it was measured under this store.
    imported_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))


class IdempotencyRow(Base):
    """What was made for a request that is to be done once. Without an API key the owner is ''."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(String(SHORT), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(SHORT))
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)
    run_id: Mapped[str | None] = mapped_column(
        ForeignKey("probe_runs.id", ondelete="CASCADE"), index=True
    )
    recommendation_id: Mapped[str | None] = mapped_column(
        ForeignKey("recommendations.id", ondelete="CASCADE"), index=True
    )


class EventRow(Base):
    """Something that happened to a run, numbered from 1 within it."""

    __tablename__ = "run_events"

    run_id: Mapped[str] = mapped_column(
        ForeignKey("probe_runs.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text)


class EnvironmentRow(Base):
    """What a worker of a run ran in; stands once per run."""

    __tablename__ = "environments"

    run_id: Mapped[str] = mapped_column(
        ForeignKey("probe_runs.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[str] = mapped_column(Line(SHORT), primary_key=True)
    document: Mapped[str] = mapped_column(Text)


class ResultRow(Base):
    """One measurement of one contender."""

    __tablename__ = "results"
    __table_args__ = (Index("ix_results_run_id_id", "run_id", "id", unique=True),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("probe_runs.id", ondelete="CASCADE"))
    id: Mapped[str] = mapped_column(Line(SHORT))
    outcome: Mapped[str] = mapped_column(Line(SHORT))
    document: Mapped[str] = mapped_column(Text)


class PairRow(Base):
    """Two contenders on one probe, compared."""

    __tablename__ = "pairs"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("probe_runs.id", ondelete="CASCADE"), index=True)
    document: Mapped[str] = mapped_column(Text)


class RateRow(Base):
    """How many requests a caller was granted in a minute: a key's id, or an address."""

    __tablename__ = "rate_limits"

    subject: Mapped[str] = mapped_column(String(SHORT), primary_key=True)
    #: Since the epoch.
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken: Mapped[int]

"""Keys under which requests are done once."""

from __future__ import annotations

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op

revision = "0006"
down_revision = "0005"

TABLE = "idempotency_keys"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        TABLE,
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("run_id", sa.String(64)),
        sa.Column("recommendation_id", sa.String(64)),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f(f"pk_{TABLE}")),
        _made("run_id", "probe_runs"),
        _made("recommendation_id", "recommendations"),
    )
    for column in ("created_at", "run_id", "recommendation_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])


def _made(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{table}.id"],
        name=op.f(f"fk_{TABLE}_{column}_{table}"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table(TABLE)

"""Requests counted for rate limits, and which request asked for a probe run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "rate_limits",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("minute", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("subject", "minute", name=op.f("pk_rate_limits")),
    )
    op.add_column("probe_runs", sa.Column("request_id", sa.String(128)))


def downgrade() -> None:
    """Take both away."""
    with op.batch_alter_table("probe_runs") as table:
        table.drop_column("request_id")
    op.drop_table("rate_limits")

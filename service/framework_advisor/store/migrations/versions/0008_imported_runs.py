"""What a run measured, as a digest to know it again by, and when it came from elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("probe_runs") as table:
        table.add_column(sa.Column("content", sa.String(64)))
        table.add_column(sa.Column("imported_at", DateTimeUTC(timezone=True)))
    op.create_index(op.f("ix_probe_runs_content"), "probe_runs", ["content"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_probe_runs_content"), "probe_runs")
    with op.batch_alter_table("probe_runs") as table:
        table.drop_column("imported_at")
        table.drop_column("content")

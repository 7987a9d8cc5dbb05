"""Who executes a probe run, and a count that goes up while they do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns: of runs until now it is not known."""
    op.add_column("probe_runs", sa.Column("executor", sa.String(128)))
    op.add_column("probe_runs", sa.Column("beats", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("probe_runs") as table:
        table.drop_column("beats")
        table.drop_column("executor")

"""That somebody wants a run to end which another process executes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("probe_runs") as table:
        asked = sa.Column("cancel_asked", sa.Boolean, nullable=False, server_default=sa.false())
        table.add_column(asked)


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("probe_runs") as table:
        table.drop_column("cancel_asked")

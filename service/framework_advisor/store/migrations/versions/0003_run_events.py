"""What happens to probe runs, as it happens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table, and to each run how many events it has had: none that are known."""
    op.add_column("probe_runs", sa.Column("events", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_run_events")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["probe_runs.id"],
            name=op.f("fk_run_events_run_id_probe_runs"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Take both away."""
    op.drop_table("run_events")
    with op.batch_alter_table("probe_runs") as table:
        table.drop_column("events")

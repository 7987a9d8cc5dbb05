"""API keys, and whose a recommendation is."""

from __future__ import annotations

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = DateTimeUTC(timezone=True)


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.add_column("recommendations", sa.Column("owner", sa.String(64)))
    op.create_index(op.f("ix_recommendations_owner"), "recommendations", ["owner"])


def downgrade() -> None:
    """Take both away."""
    op.drop_index(op.f("ix_recommendations_owner"), "recommendations")
    with op.batch_alter_table("recommendations") as table:
        table.drop_column("owner")
    op.drop_table("api_keys")

"""Decisions apart from the recommendations that gave them: the same one is kept once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

RECOMMENDATIONS = "recommendations"


def upgrade() -> None:
    """Add the table and what refers to it. What was kept before stays whole where it is."""
    op.create_table(
        "decisions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table(RECOMMENDATIONS) as table:
        table.add_column(sa.Column("decision", sa.String(64)))
        table.create_foreign_key(
            op.f("fk_recommendations_decision_decisions"), "decisions", ["decision"], ["digest"]
        )
        table.create_index(op.f("ix_recommendations_decision"), ["decision"])


def downgrade() -> None:
    """Put every document together again."""
    op.execute(
        "UPDATE recommendations SET document = "
        "substr(document, 1, length(document) - 1) || ',' || "
        "(SELECT substr(d.document, 2) FROM decisions d WHERE d.digest = decision) "
        "WHERE decision IS NOT NULL"
    )
    with op.batch_alter_table(RECOMMENDATIONS) as table:
        table.drop_index(op.f("ix_recommendations_decision"))
        table.drop_constraint(op.f("fk_recommendations_decision_decisions"), type_="foreignkey")
        table.drop_column("decision")
    op.drop_table("decisions")

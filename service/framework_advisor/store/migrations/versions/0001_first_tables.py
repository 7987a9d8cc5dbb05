"""Recommendations, hosts, probe runs with environments, results and pairs."""

from __future__ import annotations

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op

revision = "0001"
down_revision = None

MOMENT = DateTimeUTC(timezone=True)


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "recommendations",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("framework", sa.String(64)),
        sa.Column("p_best", sa.Double),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_recommendations")),
        sa.UniqueConstraint("id", name=op.f("uq_recommendations_id")),
    )
    op.create_table(
        "hosts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosts")),
    )
    _probe_runs()
    _results()


def _probe_runs() -> None:
    op.create_table(
        "probe_runs",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("host_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("planned", sa.Integer),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("peaks", sa.Text),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_probe_runs")),
        sa.UniqueConstraint("id", name=op.f("uq_probe_runs_id")),
        sa.ForeignKeyConstraint(
            ["host_id"], ["hosts.id"], name=op.f("fk_probe_runs_host_id_hosts")
        ),
    )
    op.create_index("ix_probe_runs_host_status", "probe_runs", ["host_id", "status"])


def _results() -> None:
    op.create_table(
        "environments",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "id", name=op.f("pk_environments")),
        _of_run("environments"),
    )
    op.create_table(
        "results",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_results")),
        _of_run("results"),
    )
    op.create_index("ix_results_run_id_id", "results", ["run_id", "id"], unique=True)
    op.create_table(
        "pairs",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_pairs")),
        _of_run("pairs"),
    )
    op.create_index(op.f("ix_pairs_run_id"), "pairs", ["run_id"])


def _of_run(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["run_id"],
        ["probe_runs.id"],
        name=op.f(f"fk_{table}_run_id_probe_runs"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("pairs", "results", "environments", "probe_runs", "hosts", "recommendations"):
        op.drop_table(table)

"""``knowledge``: reading and checking what is known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast, get_args

import click

from framework_advisor.api import excerpts
from framework_advisor.api.excerpts import ClaimStatus
from framework_advisor.cli.output import as_json, echo_document, table
from framework_knowledge import load
from framework_knowledge.models import CriterionId, FrameworkId


class Day(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it; a usage error where it is none."""
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail(f"{value!r} is not a date as YYYY-MM-DD", param, ctx)


@click.group()
def knowledge() -> None:
    """Read and check what the advisor knows."""


@knowledge.command()
@as_json
def show(*, as_json: bool) -> None:
    """Say which knowledge is used: version, digest, size."""
    found = excerpts.summary(load())
    if as_json:
        echo_document(found)
        return
    click.echo(f"version {found.version}, as of {found.as_of}, sha256 {found.sha256}")
    for kind, number in found.counts.items():
        click.echo(f"{number:5} {kind}")


@knowledge.command()
@click.option("--framework", type=click.Choice(get_args(FrameworkId)))
@click.option("--criterion", type=click.Choice(get_args(CriterionId)))
@click.option("--as-of", type=Day(), help="Claims known and valid on that day.")
@click.option("--source", help="Claims that rest on this source.")
@click.option("--status", type=click.Choice(get_args(ClaimStatus)))
@as_json
def claims(
    *,
    framework: str | None,
    criterion: str | None,
    as_of: date | None,
    source: str | None,
    status: str | None,
    as_json: bool,
) -> None:
    """List claims."""
    found = excerpts.claims(
        load(),
        cast("FrameworkId | None", framework),
        cast("CriterionId | None", criterion),
        as_of,
        source,
        cast("ClaimStatus | None", status),
    )
    if as_json:
        echo_document(found)
        return
    rows = [
        (
            claim.id,
            claim.criterion,
            ", ".join(f"{who} {anchor}" for who, anchor in claim.values.items()),
            f"{claim.valid_from} to {claim.valid_until or 'now'}",
            ", ".join(claim.sources),
        )
        for claim in found.items
    ]
    click.echo("\n".join(table(("claim", "criterion", "values", "valid", "sources"), rows)))


@knowledge.command()
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
def validate(path: Path) -> None:
    """Check the knowledge in folder PATH: every mistake with file, line, field and reason."""
    found = load(path)
    click.echo(f"valid: {len(found.claims)} claims, {len(found.sources)} sources")

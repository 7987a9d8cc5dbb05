"""``forget``: what the store on this machine holds and nobody needs any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import rich_click as click
from pydantic import BaseModel

from framework_advisor.cli.extra import need_server
from framework_advisor.cli.output import as_json, echo_document

if TYPE_CHECKING:
    from framework_advisor.store.retention import Forgotten

Kind = Literal["recommendations", "runs"]


class ForgottenDocument(BaseModel):
    """How many were forgotten."""

    recommendations: int
    probe_runs: int


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1, 36_500),
    required=True,
    metavar="DAYS",
    help="Given, or ended, more than so many days ago.",
)
@click.option(
    "--only",
    type=click.Choice(("recommendations", "runs")),
    help="One of the two.  [default: both]",
)
@as_json
def forget(*, days: int, only: Kind | None, as_json: bool) -> None:
    """Forget recommendations and ended probe runs by their age, for good.

    A service does so by itself where KEEP_RECOMMENDATIONS_DAYS or KEEP_RUNS_DAYS say so.
    """
    need_server("Forgetting what is stored")
    gone = asyncio.run(_forget(days, only))
    if as_json:
        echo_document(
            ForgottenDocument(recommendations=gone.recommendations, probe_runs=gone.probe_runs)
        )
    else:
        click.echo(f"forgot {gone.recommendations} recommendations, {gone.probe_runs} probe runs")


async def _forget(days: int, only: Kind | None) -> Forgotten:
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store
    from framework_advisor.store.retention import Forgotten, forget

    settings = load_settings()
    if not settings.has_store:
        return Forgotten(0, 0)
    async with Store(settings) as store:
        return await forget(
            store, None if only == "runs" else days, None if only == "recommendations" else days
        )

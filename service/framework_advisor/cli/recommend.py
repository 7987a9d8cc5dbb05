"""``recommend``: a profile in, a recommendation out."""

from __future__ import annotations

from typing import BinaryIO

import rich_click as click

from framework_advisor.advisor import Advisor
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.reading import reading
from framework_advisor.cli.recorded import runs_for_profile
from framework_advisor.cli.terminal import show
from framework_advisor.known import knowledge_set
from framework_advisor.measured import measurements_from
from framework_advisor.profile import parse_profile

NOTHING_FEASIBLE = 3


@click.command()
@click.argument("profile", type=click.File("rb"))
@as_json
@click.option("--no-measurements", is_flag=True, help="Decide on documented evidence alone.")
@click.pass_context
def recommend(
    ctx: click.Context, profile: BinaryIO, *, as_json: bool, no_measurements: bool
) -> None:
    """Recommend a framework for PROFILE.

    PROFILE is a JSON file, or - for standard input.
    """
    parsed = parse_profile(profile.read())
    runs = () if no_measurements else runs_for_profile(parsed)
    recommendation = Advisor(knowledge_set(), measurements_from(runs)).recommend(parsed)
    if as_json:
        echo_document(recommendation)
    else:
        show(*reading(recommendation))
    if recommendation.verdict.status == "infeasible":
        ctx.exit(NOTHING_FEASIBLE)

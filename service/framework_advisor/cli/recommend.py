"""``recommend``: a profile in, a recommendation out."""

from __future__ import annotations

from typing import BinaryIO

import rich_click as click

from framework_advisor.advisor import Advisor
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.reading import reading
from framework_advisor.cli.recorded import measurements_for
from framework_advisor.cli.terminal import show
from framework_advisor.known import knowledge_set
from framework_advisor.probe_facts import nothing_measured
from framework_advisor.profile_file import name_of, read_profile
from framework_advisor.recommendation import Decision, Identity, Recommendation

NOTHING_FEASIBLE = 3


@click.command()
@click.argument("profile", type=click.File("rb"))
@as_json
@click.option("--no-measurements", is_flag=True, help="Decide on documented evidence alone.")
@click.option("--keep", is_flag=True, help="Store it, as the service does with what it is asked.")
@click.pass_context
def recommend(
    ctx: click.Context, profile: BinaryIO, *, as_json: bool, no_measurements: bool, keep: bool
) -> None:
    """Recommend a framework for PROFILE.

    PROFILE is a JSON or a YAML file, or - for standard input. To write one: framework-advisor init.
    """
    recommendation = recommended(profile, measured=not no_measurements)
    if keep:
        _keep(recommendation)
    if as_json:
        echo_document(recommendation)
    else:
        show(*reading(recommendation))
    if recommendation.verdict.status == "infeasible":
        ctx.exit(NOTHING_FEASIBLE)


def _keep(recommendation: Recommendation) -> None:
    from framework_advisor.cli.kept import with_store
    from framework_advisor.remembered import Answer, Worded

    given = dict(recommendation)
    identity = Identity(**{name: given.pop(name) for name in Identity.model_fields})
    answer = Answer(identity, Worded.of(Decision(**given)))
    with_store("Keeping it", lambda store: store.recommendations.add(answer), make=True)
    click.echo(f"kept as {recommendation.id}", err=True)


def recommended(profile: BinaryIO, *, measured: bool = True) -> Recommendation:
    """The recommendation for the profile in a file, on what was measured here if it counts."""
    parsed = read_profile(profile.read(), name_of(profile))
    measurements = measurements_for(parsed) if measured else nothing_measured()
    return Advisor(knowledge_set(), measurements).recommend(parsed)

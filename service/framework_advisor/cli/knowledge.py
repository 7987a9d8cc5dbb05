"""``knowledge``: reading and checking what is known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, cast, get_args

import rich_click as click

from framework_advisor.api import excerpts
from framework_advisor.api.excerpts import ClaimStatus, snapshot_on
from framework_advisor.cli.days import Day
from framework_advisor.cli.knowledge_lists import criteria, frameworks, sources, tables
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.terminal import columns, show
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.known import knowledge_set
from framework_advisor.profile_file import name_of, read_profile
from framework_advisor.staleness import Stale, StaleList, stale
from framework_knowledge import Knowledge, load
from framework_knowledge.changelog import changelog
from framework_knowledge.comparison import compare, successors_in
from framework_knowledge.models import Claim, CriterionId, FrameworkId, Gate

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
#: The file that makes a folder an overlay.
OVERLAY = "overlay.yaml"


@click.group()
def knowledge() -> None:
    """Read and check what the advisor knows."""


for each in (criteria, frameworks, sources, tables):
    knowledge.add_command(each)


@knowledge.command("show")
@as_json
def summary(*, as_json: bool) -> None:
    """Say which knowledge is used: version, digest, size."""
    found = excerpts.summary(knowledge_set())
    if as_json:
        echo_document(found)
        return
    click.echo(f"version {found.version}, as of {found.as_of}, sha256 {found.sha256}")
    for kind, number in found.counts.items():
        click.echo(f"{number:5} {kind}")
    for overlay in found.overlays:
        click.echo(
            f"overlay {overlay.name} {overlay.version} ({overlay.contact}), sha256 "
            f"{overlay.sha256}: {overlay.added} added, {overlay.overridden} overridden, "
            f"{overlay.muted} muted"
        )
    for each in found.set_aside:
        instead = f" by {each.instead}" if each.instead else ""
        click.echo(f"  {each.how}{instead}, {each.by}: {each.id}: {each.why}")


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
        knowledge_set(),
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
            claim.criterion.replace("_", " "),
            ", ".join(f"{who} {anchor}" for who, anchor in claim.values.items()),
            f"{claim.valid_from} to {claim.valid_until or 'now'}",
            ", ".join(claim.sources) + (f" ({claim.provenance})" if claim.provenance else ""),
        )
        for claim in found.items
    ]
    show(columns(("claim", "criterion", "values", "valid", "sources"), rows))


@knowledge.command()
@click.argument("earlier", type=Day())
@click.argument("later", type=Day())
@click.option(
    "--with",
    "path",
    type=FOLDER,
    help="Take the later side from this folder: other knowledge, or an overlay over ours.",
)
@as_json
def diff(*, earlier: date, later: date, path: Path | None, as_json: bool) -> None:
    """Say what changed in the knowledge from day EARLIER to day LATER, as a changelog."""
    if later < earlier:
        problem = f"{later} lies before EARLIER, {earlier}"
        raise InvalidInput((FieldError("LATER", problem, "the later of the two days"),))
    ours = knowledge_set()
    other = ours if path is None else _knowledge_in(path)
    found = compare(
        snapshot_on(ours, earlier, "EARLIER"),
        snapshot_on(other, later, "LATER"),
        {**successors_in(ours), **successors_in(other)},
    )
    if as_json:
        echo_document(found)
    else:
        click.echo("\n".join(changelog(found)))


@knowledge.command("stale")
@click.option("--as-of", type=Day(), help="What is stale on that day.  [default: today]")
@click.option("--limit", type=click.IntRange(min=1), help="The first so many.")
@click.option(
    "--profile",
    "paths",
    multiple=True,
    type=click.File("rb"),
    help="Decisive for this profile (may be given again); else for typical projects.",
)
@as_json
def stale_evidence(
    *, as_of: date | None, limit: int | None, paths: tuple[BinaryIO, ...], as_json: bool
) -> None:
    """List what should be looked up again: overdue evidence, the most decisive first."""
    known = knowledge_set()
    day = datetime.now(UTC).date() if as_of is None else as_of
    if day < known.first_day:
        expected = f"{known.first_day} or later"
        raise InvalidInput((FieldError("--as-of", f"{day} is out of range", expected),))
    profiles = [read_profile(path.read(), name_of(path)) for path in paths]
    found = stale(known, day, profiles or None, limit)
    if as_json:
        echo_document(found)
        return
    click.echo(f"{found.total} statements should be looked up again as of {found.as_of}")
    for each in found.items:
        click.echo(
            f"\n{each.id} ({(each.criterion or 'requirement').replace('_', ' ')}): {each.statement}"
        )
        click.echo(f"  {each.overdue_years:.1f} years overdue: {each.why}")
        click.echo(f"  {each.decisiveness:.2%} of an answer rests on it: {_asked(each, found)}")
        for source in each.sources:
            click.echo(f"  read again: {source.id} {source.title} ({source.where})")
        if each.supersedes:
            click.echo(f"  stands in the place of {', '.join(each.supersedes)}")


def _asked(each: Stale, found: StaleList) -> str:
    if not each.profiles:
        return "on no profile's answer"
    return f"{len(each.profiles)} of {len(found.profiles)} profiles"


@knowledge.command()
@click.argument("path", type=FOLDER)
def validate(path: Path) -> None:
    """Check the knowledge or the overlay in folder PATH.

    Every mistake is told with file, line, field and reason. A folder that holds overlay.yaml is an
    overlay, and is checked against the packaged knowledge.
    """
    found = _knowledge_in(path)
    if not found.overlays:
        click.echo(f"valid: {len(found.claims)} claims, {len(found.sources)} sources")
        return
    overlay = found.overlays[0].overlay
    statements: tuple[Claim | Gate, ...] = (*found.claims, *found.gates)
    own = [each for each in statements if each.provenance == overlay.provenance]
    overriding = sum(each.overrides is not None for each in own)
    click.echo(
        f"valid: overlay {overlay.name} {overlay.version}: {len(own)} statements, {overriding} of "
        f"them override others, {len(overlay.mute)} others muted"
    )


def _knowledge_in(path: Path) -> Knowledge:
    """The knowledge of a folder, or the packaged one with the overlay of that folder."""
    return load(overlays=[path]) if (path / OVERLAY).exists() else load(path)

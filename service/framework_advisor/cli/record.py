"""``record``: a recommendation as a file to keep."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import rich_click as click

from framework_advisor.cli.kept import with_store
from framework_advisor.cli.recommend import recommended
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.recommendation import Recommendation
from framework_advisor.report import html, markdown

PAGES = (".html", ".htm")
SUFFIXES = (".md", ".markdown", *PAGES)


@click.command()
@click.argument("recommendation", required=False)
@click.option("--profile", type=click.File("rb"), help="Decide this profile now instead.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Markdown (.md) or a page to print (.html).  [default: Markdown on standard output]",
)
def record(*, recommendation: str | None, profile: BinaryIO | None, output: Path | None) -> None:
    """Write the decision record of RECOMMENDATION, which is stored here, or of a profile.

    Context, drivers, options, outcome with its certainty, consequences, evidence with dates and
    sources, how to verify it again, what would flip it.
    """
    if (recommendation is None) == (profile is None):
        raise click.UsageError("give the id of a recommendation, or --profile FILE")
    if output is not None and output.suffix.lower() not in SUFFIXES:
        raise InvalidInput(
            (FieldError("--output", f"{output} is of no kind of record", ".md or .html"),)
        )
    found = recommended(profile) if profile else stored(str(recommendation))
    text = markdown(found)
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(html(text) if output.suffix.lower() in PAGES else text, encoding="utf-8")
    click.echo(f"wrote {output}", err=True)


def stored(id_: str) -> Recommendation:
    """The recommendation of that id.

    Raises:
        NotFound: the store here has none.
        NotInstalled: what reads the store is missing.
    """
    return with_store("Reading", lambda store: store.recommendations.get(id_))

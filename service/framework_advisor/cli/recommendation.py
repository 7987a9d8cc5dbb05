"""``recommendation``: what was decided and is kept here."""

from __future__ import annotations

import rich_click as click

from framework_advisor.api.schemas import RecommendationList, RecommendationSummary
from framework_advisor.cli.kept import NOTHING, next_page, paged, say_more, with_store
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.reading import reading
from framework_advisor.cli.terminal import columns, show

PATH = "/v1/recommendations"


@click.group()
def recommendation() -> None:
    """List, show and delete recommendations that are kept here."""


@recommendation.command("list")
@paged
@as_json
def list_(*, limit: int, cursor: int | None, as_json: bool) -> None:
    """List what was decided, the newest first."""
    page = with_store(
        "Listing", lambda store: store.recommendations.page(limit, cursor), empty=NOTHING
    )
    items = tuple(map(RecommendationSummary.of, page.items))
    if as_json:
        after = next_page(PATH, page.next, limit)
        echo_document(RecommendationList(items=items, total=page.total, next=after))
        return
    rows = (
        (
            item.id,
            f"{item.created_at:%Y-%m-%d %H:%M}",
            item.framework or "none",
            item.status.replace("_", " "),
            "" if item.p_best is None else f"{item.p_best:.2f}",
            item.name or "",
        )
        for item in items
    )
    header = ("id", "given", "pick", "status", "p_best", "project")
    show(columns(header, rows, right=("p_best",)))
    say_more(len(items), page.total, page.next)


@recommendation.command("show")
@click.argument("recommendation")
@as_json
def show_one(*, recommendation: str, as_json: bool) -> None:
    """Show RECOMMENDATION as it was given."""
    found = with_store("Reading", lambda store: store.recommendations.get(recommendation))
    if as_json:
        echo_document(found)
    else:
        show(*reading(found))


@recommendation.command()
@click.argument("recommendation")
def delete(*, recommendation: str) -> None:
    """Forget RECOMMENDATION, for good."""
    with_store("Forgetting", lambda store: store.recommendations.delete(recommendation))
    click.echo(f"{recommendation} is forgotten.", err=True)

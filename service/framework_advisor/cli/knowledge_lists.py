"""``knowledge criteria``, ``frameworks``, ``sources`` and ``tables``: the rest of what is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar, cast, get_args

import rich_click as click

from framework_advisor.api import excerpts
from framework_advisor.cli.days import Day
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.terminal import columns, section, show
from framework_advisor.known import knowledge_set
from framework_knowledge.models import CriterionId, FrameworkId, Standing

Function = TypeVar("Function", bound=Callable[..., Any])

on_day = click.option("--as-of", type=Day(), help="As known on that day.  [default: today]")
of_framework = click.option("--framework", type=click.Choice(get_args(FrameworkId)))
of_criterion = click.option("--criterion", type=click.Choice(get_args(CriterionId)))
of_source = click.option("--source", help="What rests on this source.")


@click.command()
@of_criterion
@on_day
@as_json
def criteria(*, criterion: str | None, as_of: date | None, as_json: bool) -> None:
    """List the criteria with the anchors of their scales."""
    found = excerpts.criteria(knowledge_set(), cast("CriterionId | None", criterion), as_of)
    if as_json:
        echo_document(found)
        return
    rows = (
        (each.id, each.title, ", ".join(f"{a.name} {a.value:g}" for a in each.scale))
        for each in found.items
    )
    show(columns(("criterion", "what", "scale"), rows))


@click.command()
@of_framework
@on_day
@as_json
def frameworks(*, framework: str | None, as_of: date | None, as_json: bool) -> None:
    """List the frameworks as they stand."""
    found = excerpts.frameworks(knowledge_set(), cast("FrameworkId | None", framework), as_of)
    if as_json:
        echo_document(found)
        return
    rows = (
        (each.title, each.version, f"{each.released or ''}", each.licence, each.summary)
        for each in found.items
    )
    show(columns(("framework", "version", "released", "licence", "what"), rows))


@click.command()
@click.option("--source", help="This one alone.")
@on_day
@as_json
def sources(*, source: str | None, as_of: date | None, as_json: bool) -> None:
    """List where statements can be read again."""
    found = excerpts.sources(knowledge_set(), source, as_of)
    if as_json:
        echo_document(found)
        return
    rows = ((each.id, str(each.date), each.title, each.where) for each in found.items)
    show(columns(("source", "dated", "title", "where"), rows))


@click.command()
@of_framework
@of_criterion
@on_day
@of_source
@click.option("--status", type=click.Choice(get_args(Standing)))
@as_json
def tables(
    *,
    framework: str | None,
    criterion: str | None,
    as_of: date | None,
    source: str | None,
    status: str | None,
    as_json: bool,
) -> None:
    """List the comparison tables of the source article, cell by cell, and how each stands."""
    found = excerpts.tables(
        knowledge_set(),
        cast("FrameworkId | None", framework),
        cast("CriterionId | None", criterion),
        as_of,
        source,
        cast("Standing | None", status),
    )
    if as_json:
        echo_document(found)
        return
    for table in found.items:
        rows = [
            (row.feature, cell.claim, cell.standing, cell.today)
            for row in table.rows
            for cell in row.cells
        ]
        header = ("feature", "the article says", "stands", "today")
        show(section(f"{table.id}: {table.title}", columns(header, rows)))

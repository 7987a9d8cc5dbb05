"""``/knowledge``: what is known, since when, and where it can be read again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any, cast, get_args

from litestar import Controller, get
from litestar.params import FromQuery
from litestar.response import Template

from framework_advisor.api import excerpts
from framework_advisor.api.excerpts import ClaimStatus
from framework_advisor.api.services import Injected
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.web.views.article import STANDINGS
from framework_knowledge import Knowledge
from framework_knowledge.models import CriterionId, FrameworkId

Given = FromQuery[str]
CHOICES = {
    "framework": get_args(FrameworkId),
    "criterion": get_args(CriterionId),
    "status": get_args(ClaimStatus),
}


class KnowledgePages(Controller):
    """Reading the knowledge."""

    path = "/knowledge"

    @get()
    async def claims(
        self,
        services: Injected,
        framework: Given = "",
        criterion: Given = "",
        status: Given = "",
        as_of: Given = "",
    ) -> Template:
        """Show the claims that a filter leaves; what cannot be asked is told at the filter."""
        given = {"framework": framework, "criterion": criterion, "status": status, "as_of": as_of}
        return await asyncio.to_thread(_claims, services.knowledge(), given)

    @get("/tables")
    async def tables(self, services: Injected) -> Template:
        """Show the comparison tables of the article, and how each cell stands."""
        context = {
            "summary": excerpts.summary(services.knowledge()),
            "tables": services.knowledge().tables,
            "standings": STANDINGS,
            "here": "knowledge",
        }
        return Template("tables.html", context=context)

    @get("/sources")
    async def sources(self, services: Injected) -> Template:
        """Show every source."""
        context = {"sources": services.knowledge().sources, "here": "knowledge"}
        return Template("sources.html", context=context)


def _claims(knowledge: Knowledge, given: dict[str, str]) -> Template:
    errors: tuple[FieldError, ...] = tuple(_wrong(given))
    found: Any = None
    if not errors:
        try:
            found = excerpts.claims(
                knowledge,
                cast("FrameworkId | None", given["framework"] or None),
                cast("CriterionId | None", given["criterion"] or None),
                date.fromisoformat(given["as_of"]) if given["as_of"] else None,
                None,
                cast("ClaimStatus | None", given["status"] or None),
            )
        except InvalidInput as error:
            errors = error.errors
    context = {
        "summary": excerpts.summary(knowledge),
        "found": found,
        "given": given,
        "choices": CHOICES,
        "errors": {error.pointer.lstrip("?"): error for error in errors},
        "criteria": {each.id: each for each in knowledge.criteria},
        "sources": {each.id: each for each in knowledge.sources},
        "here": "knowledge",
    }
    return Template("knowledge.html", context=context, status_code=422 if errors else 200)


def _wrong(given: dict[str, str]) -> Iterable[FieldError]:
    for name, known in CHOICES.items():
        if given[name] and given[name] not in known:
            yield FieldError(f"?{name}", f"{given[name]!r} is not accepted", f"one of {known}")
    try:
        date.fromisoformat(given["as_of"] or "2020-01-01")
    except ValueError:
        said = f"{given['as_of']!r} is not accepted"
        yield FieldError("?as_of", said, "a date as YYYY-MM-DD")

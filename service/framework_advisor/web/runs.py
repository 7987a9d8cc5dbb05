"""``/host`` and ``/probe-runs``: this host, measuring it, watching and comparing what came out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, Template

from framework_advisor.api.access import request_id
from framework_advisor.api.comparisons import RunComparison
from framework_advisor.api.parsing import run_request
from framework_advisor.api.recommendations import LARGEST_ID
from framework_advisor.api.run_events import stream
from framework_advisor.api.services import Injected, Services
from framework_advisor.api.this_host import current_host
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.heat_map import of_comparison, of_run
from framework_advisor.web.answers import Cursor
from framework_advisor.web.policy import sent
from framework_advisor.web.views.ratios import contender
from framework_advisor.web.views.runs import run_page
from framework_advisor.web.views.sending import number
from framework_probes.across_runs import Comparison
from framework_probes.offered import PROBES, SUITES

AnyRequest = Request[Any, Any, Any]
ON_A_PAGE = 20


class Host(Controller):
    """This host and what was measured."""

    @get("/host")
    async def host(self, services: Injected, cursor: Cursor = None) -> Template:
        """Show the host, what can be measured on it, and the runs so far."""
        return await _host(services, cursor=cursor)

    @post("/probe-runs")
    async def start(self, request: AnyRequest, services: Injected) -> Template | Redirect:
        """Queue a run and go to its page; what cannot be run comes back with what is wrong."""
        given = await sent(request)
        budget = given.get("budget_s", [""])[0].strip()
        try:
            asked = run_request(
                suite=given.get("suite", ["quick"])[0],
                frameworks=given.get("frameworks"),
                probes=given.get("probes"),
                budget_s=number(budget) if budget else None,
            )
        except InvalidInput as error:
            return await _host(services, given, error.errors)
        run = await services.queue.submit(asked, None, request_id(request.scope))
        answer = given.get("answer")
        then = f"?answer={answer[0]}" if answer and answer[0].isidentifier() else ""
        return Redirect(f"/probe-runs/{run.id}{then}", status_code=303)

    @get("/probe-runs/{run:str}")
    async def one(
        self, services: Injected, run: FromPath[str], answer: FromQuery[str | None] = None
    ) -> Template:
        """Show a run: how far it is, what it measured."""
        # Counted first: what happens meanwhile is told twice rather than never.
        told = (await services.store.events.counts([run])).get(run, 0)
        found = await services.store.runs.get(run)
        results = await services.store.runs.results(run)
        page = await asyncio.to_thread(run_page, found, results, datetime.now(UTC))
        others = (await services.store.runs.page(ON_A_PAGE)).items
        context = {
            "page": page,
            "map": of_run(results.results, results.pairs, "Contenders by probe"),
            "host": results.host,
            "environments": results.environments,
            "others": [each for each in others if each.id != run and each.done],
            "answer": answer,
            "told": told,
            "here": "host",
        }
        return Template("run.html", context=context)

    @get("/probe-runs/{run:str}/events")
    async def events(
        self,
        request: AnyRequest,
        services: Injected,
        run: FromPath[str],
        after: Annotated[int, QueryParameter(ge=0, le=LARGEST_ID)] = 0,
    ) -> Response[Any]:
        """Follow a run as it goes on, from what the page shows already."""
        return await stream(request, services, run, after)

    @post("/probe-runs/{run:str}/cancel")
    async def cancel(self, services: Injected, run: FromPath[str]) -> Redirect:
        """Cancel a run; what it has finished is kept."""
        await services.queue.cancel(run)
        return Redirect(f"/probe-runs/{run}", status_code=303)

    @post("/probe-runs/{run:str}/resume")
    async def resume(self, services: Injected, run: FromPath[str]) -> Redirect:
        """Go on with a run that was stopped."""
        await services.queue.resume(run)
        return Redirect(f"/probe-runs/{run}", status_code=303)

    @get("/probe-runs/{run:str}/compare")
    async def compare(
        self, services: Injected, run: FromPath[str], other: FromQuery[str]
    ) -> Template:
        """Compare a run with another, probe by probe."""
        runs = services.store.runs
        sides = [(await runs.get(each), await runs.results(each)) for each in (run, other)]
        found = await asyncio.to_thread(RunComparison.of, *sides[0], *sides[1])
        shown = of_comparison(
            Comparison(found.compared, found.not_compared, found.differences, found.whole),
            "this run",
            "the other",
        )
        context = {"found": found, "map": shown, "contender": contender, "here": "host"}
        return Template("compare.html", context=context)


async def _host(
    services: Services,
    given: dict[str, list[str]] | None = None,
    errors: tuple[FieldError, ...] = (),
    cursor: int | None = None,
) -> Template:
    record = await services.store.hosts.get(services.queue.host.id)
    shown = await asyncio.to_thread(current_host, record.peaks)
    context = {
        "shown": shown,
        "runs": await services.store.runs.page(ON_A_PAGE, cursor),
        "suites": SUITES,
        "catalogue": PROBES,
        "given": given or {},
        "errors": {error.pointer.split("/")[1]: error for error in errors},
        "here": "host",
    }
    return Template("host.html", context=context, status_code=422 if errors else 200)

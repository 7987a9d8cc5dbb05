"""``/v1/probe-runs``: measuring this host, and what was measured."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath

from framework_advisor.api import idempotency
from framework_advisor.api.access import request_id
from framework_advisor.api.comparisons import RunComparison
from framework_advisor.api.gate import InjectedCaller
from framework_advisor.api.openapi import described
from framework_advisor.api.parsing import parse_run_request
from framework_advisor.api.recommendations import Cursor, Limit
from framework_advisor.api.requests import body_of
from framework_advisor.api.responses import document, following, text
from framework_advisor.api.run_events import EVENT, LAST_EVENT_ID, STREAM, stream
from framework_advisor.api.schemas import ProbeRun, ProbeRunList, ProbeRunResults
from framework_advisor.api.services import Injected
from framework_advisor.runs.exported import MEDIA_TYPE as EXPORT
from framework_advisor.runs.exported import ProbeRunExport, export_of
from framework_advisor.runs.request import ProbeRunRequest
from framework_advisor.runs.table import csv_table

PATH = "/v1/probe-runs"
CSV = "text/csv"


class ProbeRuns(Controller):
    """Starting, watching and cancelling probe runs."""

    path = PATH

    @post(
        status_code=202,
        operation_class=described(
            {202: ProbeRun},
            body=ProbeRunRequest,
            headers=idempotency.DESCRIBED,
            links={
                "get": ("V1ProbeRunsOne", "run"),
                "results": ("V1ProbeRunsResultsResults", "run"),
                "events": ("V1ProbeRunsEventsEvents", "run"),
                "cancel": ("V1ProbeRunsCancel", "run"),
            },
        ),
    )
    async def start(
        self, request: Request[Any, Any, Any], services: Injected, caller: InjectedCaller
    ) -> Response[bytes]:
        """Queue a run on this host; one at a time is measured, and the message says who waits."""
        asked = await body_of(request, parse_run_request)
        once = idempotency.once_of(request, caller, asked)
        run = ProbeRun.of(await services.queue.submit(asked, once, request_id(request.scope)))
        return document(run, 202, {"Location": run.links.self})

    @get(operation_class=described({200: ProbeRunList}))
    async def page(
        self, services: Injected, limit: Limit = 20, cursor: Cursor = None
    ) -> Response[bytes]:
        """List the runs, newest first."""
        page = await services.store.runs.page(limit, cursor)
        return document(
            ProbeRunList(
                items=tuple(map(ProbeRun.of, page.items)),
                total=page.total,
                next=following(PATH, page.next, limit),
            )
        )

    @get("/{run:str}", operation_class=described({200: ProbeRun}, refusals=(404,)))
    async def one(self, services: Injected, run: FromPath[str]) -> Response[bytes]:
        """Say how far a run is."""
        return document(ProbeRun.of(await services.store.runs.get(run)))

    @get(
        "/{run:str}/results",
        operation_class=described(
            {200: {"application/json": ProbeRunResults, CSV: None, EXPORT: ProbeRunExport}},
            refusals=(404, 409),
        ),
    )
    async def results(
        self, request: Request[Any, Any, Any], services: Injected, run: FromPath[str]
    ) -> Response[bytes]:
        """Give every result so far with its raw blocks, or the table alone as text/csv.

        Once the run has ended, also as one file that another machine can import.
        """
        measured = await services.store.runs.results(run)
        wanted = request.accept.best_match(["application/json", CSV, EXPORT])
        if wanted == CSV:
            return text(csv_table(measured), CSV)
        if wanted == EXPORT:
            ended = await services.store.runs.get(run)
            return text(await asyncio.to_thread(export_of, ended, measured), EXPORT)
        return document(ProbeRunResults.of(measured))

    @get(
        "/{run:str}/compare/{other:str}",
        operation_class=described({200: RunComparison}, refusals=(404,)),
    )
    async def compare(
        self, services: Injected, run: FromPath[str], other: FromPath[str]
    ) -> Response[bytes]:
        """Compare a run with another, probe by probe, with what differs between them."""
        runs = services.store.runs
        sides = [(await runs.get(each), await runs.results(each)) for each in (run, other)]
        found = await asyncio.to_thread(RunComparison.of, *sides[0], *sides[1])
        return document(found)

    @get(
        "/{run:str}/events",
        operation_class=described(
            {200: {STREAM: EVENT}, 204: None}, refusals=(404,), headers=LAST_EVENT_ID
        ),
    )
    async def events(
        self, request: Request[Any, Any, Any], services: Injected, run: FromPath[str]
    ) -> Response[Any]:
        """Follow a run: server-sent events to its end. Last-Event-ID goes on; 204: all was sent."""
        return await stream(request, services, run)

    @post(
        "/{run:str}/resume",
        status_code=202,
        operation_class=described({202: ProbeRun}, refusals=(404, 409)),
    )
    async def resume(self, services: Injected, run: FromPath[str]) -> Response[bytes]:
        """Go on with a run that was stopped; finished probes are kept, the rest is measured."""
        going_on = ProbeRun.of(await services.queue.resume(run))
        return document(going_on, 202, {"Location": going_on.links.self})

    @delete(
        "/{run:str}",
        status_code=200,
        operation_class=described({200: ProbeRun}, refusals=(404, 409)),
    )
    async def cancel(self, services: Injected, run: FromPath[str]) -> Response[bytes]:
        """Cancel a run; what it has finished is kept."""
        return document(ProbeRun.of(await services.queue.cancel(run)))

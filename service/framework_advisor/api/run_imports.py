"""``POST /v1/probe-runs/import``: taking in a run that was measured on another machine."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, post

from framework_advisor.api.openapi import described
from framework_advisor.api.requests import body_of
from framework_advisor.api.responses import document
from framework_advisor.api.schemas import ProbeRun
from framework_advisor.api.services import Injected
from framework_advisor.runs.exported import ProbeRunExport, parse_export

PATH = "/v1/probe-runs/import"


@post(
    PATH,
    status_code=201,
    operation_class=described(
        {201: ProbeRun, 200: ProbeRun},
        body=ProbeRunExport,
        refusals=(409,),
        links={
            "get": ("V1ProbeRunsOne", "run"),
            "results": ("V1ProbeRunsResultsResults", "run"),
            "compare": ("V1ProbeRunsCompareOtherCompare", "run"),
        },
    ),
)
async def import_run(request: Request[Any, Any, Any], services: Injected) -> Response[bytes]:
    """Import a run that was exported elsewhere: 200 and the run that is here where it is known.

    Refused with the reason where it was altered or does not add up: figures that its own raw blocks
    do not give, or a result that is faster than its host can be.
    """
    # Whoever sends slowly keeps nobody waiting; what has arrived is gone through one by one.
    await request.body()
    async with services.importing:
        imported = await body_of(request, parse_export)
        id_, new = await services.store.imports.add(imported)
    run = ProbeRun.of(await services.store.runs.get(id_))
    return document(run, 201 if new else 200, {"Location": run.links.self})


def run_imports(most_bytes: int) -> Router:
    """The route, which takes a larger body than others do."""
    return Router("/", route_handlers=[import_run], request_max_body_size=most_bytes)

"""``/v1/probes``: what can be measured."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from framework_advisor.api.catalogue import catalogue
from framework_advisor.api.openapi import described
from framework_advisor.api.responses import tagged
from framework_advisor.api.schemas import ProbeCatalogue


@get("/v1/probes", operation_class=described({200: ProbeCatalogue, 304: None}))
async def probes(request: Request[Any, Any, Any]) -> Response[bytes]:
    """List every probe that can be run, and the suites that choose from them."""
    return tagged(request, catalogue())

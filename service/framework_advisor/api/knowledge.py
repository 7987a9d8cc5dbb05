"""``/v1/knowledge``: what the service knows, and since when."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromQuery

from framework_advisor.api import excerpts
from framework_advisor.api.excerpts import ClaimStatus
from framework_advisor.api.openapi import described
from framework_advisor.api.responses import tagged
from framework_advisor.api.schemas import (
    ClaimList,
    CriterionList,
    FrameworkList,
    KnowledgeSummary,
    SourceList,
    TableList,
)
from framework_advisor.api.services import Injected
from framework_knowledge.models import CriterionId, FrameworkId, Standing

AnyRequest = Request[Any, Any, Any]


class KnowledgeController(Controller):
    """Reading the knowledge."""

    path = "/v1/knowledge"

    @get(operation_class=described({200: KnowledgeSummary, 304: None}))
    async def summary(self, request: AnyRequest, services: Injected) -> Response[bytes]:
        """Say which knowledge the service decides with today."""
        return tagged(request, excerpts.summary(services.knowledge()))

    @get("/criteria", operation_class=described({200: CriterionList, 304: None}))
    async def criteria(
        self,
        request: AnyRequest,
        services: Injected,
        criterion: FromQuery[CriterionId | None] = None,
        as_of: FromQuery[date | None] = None,
    ) -> Response[bytes]:
        """List the criteria with the anchors of their scales."""
        return tagged(request, excerpts.criteria(services.knowledge(), criterion, as_of))

    @get("/frameworks", operation_class=described({200: FrameworkList, 304: None}))
    async def frameworks(
        self,
        request: AnyRequest,
        services: Injected,
        framework: FromQuery[FrameworkId | None] = None,
        as_of: FromQuery[date | None] = None,
    ) -> Response[bytes]:
        """List the frameworks as they stand."""
        return tagged(request, excerpts.frameworks(services.knowledge(), framework, as_of))

    @get("/claims", operation_class=described({200: ClaimList, 304: None}))
    async def claims(
        self,
        request: AnyRequest,
        services: Injected,
        framework: FromQuery[FrameworkId | None] = None,
        criterion: FromQuery[CriterionId | None] = None,
        as_of: FromQuery[date | None] = None,
        source: FromQuery[str | None] = None,
        status: FromQuery[ClaimStatus | None] = None,
    ) -> Response[bytes]:
        """List the claims: all of them, or with as_of those known and valid on that day."""
        found = excerpts.claims(services.knowledge(), framework, criterion, as_of, source, status)
        return tagged(request, found)

    @get("/sources", operation_class=described({200: SourceList, 304: None}))
    async def sources(
        self,
        request: AnyRequest,
        services: Injected,
        source: FromQuery[str | None] = None,
        as_of: FromQuery[date | None] = None,
    ) -> Response[bytes]:
        """List the sources: all of them, or with as_of those that the knowledge then rests on."""
        return tagged(request, excerpts.sources(services.knowledge(), source, as_of))

    @get("/tables", operation_class=described({200: TableList, 304: None}))
    async def tables(
        self,
        request: AnyRequest,
        services: Injected,
        framework: FromQuery[FrameworkId | None] = None,
        criterion: FromQuery[CriterionId | None] = None,
        as_of: FromQuery[date | None] = None,
        source: FromQuery[str | None] = None,
        status: FromQuery[Standing | None] = None,
    ) -> Response[bytes]:
        """List the comparison tables, cell by cell, with how each cell stands."""
        found = excerpts.tables(services.knowledge(), framework, criterion, as_of, source, status)
        return tagged(request, found)

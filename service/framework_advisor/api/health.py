"""``/health``: whether the process is up, and whether it can answer."""

from __future__ import annotations

import asyncio

import structlog
from litestar import Controller, Response, get
from litestar.exceptions import ServiceUnavailableException

from framework_advisor.api.openapi import described
from framework_advisor.api.responses import document
from framework_advisor.api.schemas import Health
from framework_advisor.api.services import Injected

log = structlog.get_logger(__name__)


class HealthController(Controller):
    """For whoever supervises the process."""

    path = "/health"

    @get("/live", operation_class=described({200: Health}))
    async def live(self) -> Response[bytes]:
        """Say that the process is up."""
        return document(Health(status="live"))

    @get("/ready", operation_class=described({200: Health}, refusals=(503,)))
    async def ready(self, services: Injected) -> Response[bytes]:
        """Say whether the database answers and has room, and the knowledge is loaded."""
        await services.store.ready()
        try:
            knowledge = await asyncio.to_thread(services.knowledge)
        except Exception:
            log.exception("knowledge_not_loaded")
            raise ServiceUnavailableException("The knowledge cannot be loaded.") from None
        return document(Health(status="ready", knowledge=knowledge.version))

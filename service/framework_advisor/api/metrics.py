"""``/metrics``: what this process has done, for Prometheus."""

from __future__ import annotations

import asyncio

import structlog
from litestar import Response, get
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from framework_advisor.api.openapi import described
from framework_advisor.api.services import Injected

log = structlog.get_logger(__name__)


@get("/metrics", operation_class=described({200: {"text/plain": None}}))
async def exposition(services: Injected) -> Response[bytes]:
    """Give the figures of this process to Prometheus."""
    metrics = services.metrics
    try:
        metrics.waiting(await services.store.runs.open(services.queue.host.id))
    except Exception:
        # Figures are wanted most when the database is away.
        log.exception("probe_runs_uncounted")
        metrics.waiting(None)
    figures = await asyncio.to_thread(generate_latest, metrics.registry)
    return Response(figures, media_type=CONTENT_TYPE_PLAIN_0_0_4)

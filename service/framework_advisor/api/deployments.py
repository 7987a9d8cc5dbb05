"""``/v1/deployment``: which export runs where."""

from __future__ import annotations

from litestar import Response, get

from framework_advisor.api.openapi import described
from framework_advisor.api.responses import document
from framework_advisor.api.services import Injected
from framework_advisor.deployment_matrix import DeploymentMatrix
from framework_advisor.runs.deployments import newest_matrix


@get("/v1/deployment", operation_class=described({200: DeploymentMatrix}, refusals=(404,)))
async def deployment(services: Injected) -> Response[bytes]:
    """Give the matrix of exports, each as tried last: path, outcome, parity, size, latency."""
    return document(await newest_matrix(services.store, services.queue.host.id))

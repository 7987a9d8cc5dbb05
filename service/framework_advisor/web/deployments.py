"""``/deployment``: which export runs where, with the reasons for what does not."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.response import Template

from framework_advisor.api.services import Injected, Services
from framework_advisor.deployment_matrix import HOW
from framework_advisor.errors import NotFound
from framework_advisor.runs.deployments import newest_deployments, newest_matrix
from framework_advisor.web.views.deployments import matrix_page


class DeploymentPages(Controller):
    """Reading the matrix."""

    path = "/deployment"

    @get()
    async def matrix(self, services: Injected) -> Template:
        """Show what came of each export last; where none was tried, how to make a run."""
        try:
            page = matrix_page(await newest_matrix(services.store, services.queue.host.id))
        except NotFound:
            page = None
        context = {"page": page, "how": HOW, "here": "deployment"}
        return Template("deployment.html", context=context)


async def linked(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard that lets everybody through: pages link to the matrix once there is a run of it."""
    app = connection.app.state
    if not app.get("deployed"):
        services: Services = app.services
        app["deployed"] = bool(await newest_deployments(services.store, services.queue.host.id))
    connection.state["deployed"] = app["deployed"]

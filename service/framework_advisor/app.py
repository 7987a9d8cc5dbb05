"""The one place where the service is wired together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from framework_advisor.api.access import AccessLog
from framework_advisor.api.deployments import deployment
from framework_advisor.api.figures import Metrics
from framework_advisor.api.gate import Gate, caller_of
from framework_advisor.api.health import HealthController
from framework_advisor.api.hosts import Hosts
from framework_advisor.api.knowledge import KnowledgeController
from framework_advisor.api.methods import Methods
from framework_advisor.api.metrics import exposition
from framework_advisor.api.openapi import openapi_config
from framework_advisor.api.probe_runs import ProbeRuns
from framework_advisor.api.probes import probes
from framework_advisor.api.recommendations import Recommendations
from framework_advisor.api.run_imports import run_imports
from framework_advisor.api.services import Services
from framework_advisor.runs.feed import Feed
from framework_advisor.runs.lock import HostLock
from framework_advisor.runs.queue import RunQueue
from framework_advisor.settings import Settings, load_settings
from framework_advisor.store import Store
from framework_advisor.store.retention import Retention
from framework_advisor.web.mistakes import EVERYWHERE
from framework_advisor.web.site import pages, templates
from framework_knowledge import KnowledgeError
from framework_probes.host import fingerprint


def create_app(settings: Settings | None = None) -> Litestar:
    """The service as an ASGI application; without settings, those of the environment.

    Raises:
        InvalidInput: a setting is wrong.
    """
    chosen = settings or load_settings()
    store = Store(chosen)
    metrics = Metrics()
    services = Services(
        store,
        RunQueue(
            store,
            HostLock(chosen.data_dir, chosen.lock_dir),
            fingerprint(),
            observe=metrics.probe_event,
            ended=metrics.run_ended,
        ),
        Feed(store),
        metrics,
        chosen.knowledge_overlays,
    )

    gate = Gate(chosen, store)
    retention = Retention(store, chosen.keep_recommendations_days, chosen.keep_runs_days)

    @asynccontextmanager
    async def open_for_business(_app: Litestar) -> AsyncIterator[None]:
        # Read before a request has to wait for it; a mistake in it shows in /health/ready.
        with suppress(KnowledgeError):
            await asyncio.to_thread(services.knowledge)
        async with store:
            await services.queue.start()
            retention.start()
            try:
                yield
            finally:
                await retention.stop()
                services.feed.close()
                await services.queue.stop()
                services.close()

    app = Litestar(
        route_handlers=[
            HealthController,
            Recommendations,
            KnowledgeController,
            probes,
            Hosts,
            ProbeRuns,
            deployment,
            run_imports(chosen.max_import_bytes),
            exposition,
            *pages(gate),
        ],
        dependencies={
            "services": Provide(lambda: services, sync_to_thread=False),
            "caller": Provide(caller_of, sync_to_thread=False),
        },
        exception_handlers=EVERYWHERE,
        guards=[gate.let_in],
        lifespan=[open_for_business],
        logging_config=None,
        openapi_config=openapi_config(version("framework-advisor"), keyed=chosen.keys_required),
        request_max_body_size=chosen.max_body_bytes,
        template_config=templates(gate),
        state=State({"max_body_depth": chosen.max_body_depth}),
    )
    app.state.services = services
    known = {route.path_format: set(map(str, route.methods)) for route in app.routes}
    served = Methods(app.asgi_handler, known)
    app.asgi_handler = AccessLog(served, metrics.request, chosen.api_keys)
    return app

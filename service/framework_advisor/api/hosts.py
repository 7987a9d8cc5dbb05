"""``/v1/hosts``: where probes ran, and this host."""

from __future__ import annotations

import asyncio

from litestar import Controller, Response, get

from framework_advisor.api.openapi import described
from framework_advisor.api.responses import document
from framework_advisor.api.schemas import CurrentHost, HostList, HostSeen
from framework_advisor.api.services import Injected
from framework_advisor.api.this_host import current_host


class Hosts(Controller):
    """Reading hosts."""

    path = "/v1/hosts"

    @get(operation_class=described({200: HostList}))
    async def seen(self, services: Injected) -> Response[bytes]:
        """List the hosts that were seen, the latest first."""
        items = tuple(map(HostSeen.of, await services.store.hosts.all()))
        return document(HostList(items=items, total=len(items)))

    @get("/current", operation_class=described({200: CurrentHost}))
    async def current(self, services: Injected) -> Response[bytes]:
        """Describe this host: devices, frameworks installed, peaks measured."""
        record = await services.store.hosts.get(services.queue.host.id)
        return document(await asyncio.to_thread(current_host, record.peaks))

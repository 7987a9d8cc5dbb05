"""``/v1/probes``: what can be measured."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from framework_advisor.api.openapi import described
from framework_advisor.api.responses import tagged
from framework_advisor.api.schemas import ProbeCatalogue, ProbeDescription
from framework_probes.catalogue import CATALOGUE, SUITES
from framework_probes.probe import Probe


@get("/v1/probes", operation_class=described({200: ProbeCatalogue, 304: None}))
async def probes(request: Request[Any, Any, Any]) -> Response[bytes]:
    """List every probe that can be run, and the suites that choose from them."""
    return tagged(request, catalogue())


def catalogue() -> ProbeCatalogue:
    """The catalogue as a document."""
    items = tuple(map(_described, CATALOGUE.values()))
    budgets = {name: suite.budget_s for name, suite in SUITES.items()}
    return ProbeCatalogue(items=items, total=len(items), suites=budgets)


def _described(probe: Probe) -> ProbeDescription:
    suites = {name: suite for name, suite in SUITES.items() if probe.id in suite.probes}
    tiers = dict.fromkeys(tier for suite in suites.values() for tier in suite.tiers)
    return ProbeDescription(
        id=probe.id,
        title=probe.title,
        measures=probe.measures,
        shape=probe.shape,
        dtype=probe.dtype,
        tiers=tuple(tiers),
        flops=probe.flops,
        bytes=probe.bytes,
        criterion=probe.criterion,
        families=dict(probe.families),
        cost_s=probe.cost_s,
        suites=tuple(suites),
    )

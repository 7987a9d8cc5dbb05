"""The document of everything that can be measured."""

from __future__ import annotations

from framework_advisor.api.schemas import ProbeCatalogue, ProbeDescription
from framework_probes.offered import PROBES, SUITES
from framework_probes.probe import Probe


def catalogue() -> ProbeCatalogue:
    """Every probe and every suite."""
    items = tuple(map(_described, PROBES.values()))
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

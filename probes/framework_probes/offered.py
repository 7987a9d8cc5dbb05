"""Everything that can be asked of a run: timed probes, and exports that are proved."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from framework_probes import catalogue
from framework_probes.catalogue import CATALOGUE, Suite
from framework_probes.deployment import SUITE
from framework_probes.deployment.catalogue import NAMES, OF_SUITE
from framework_probes.deployment.catalogue import PROBES as DEPLOYMENT
from framework_probes.distributed.catalogue import ID as TOGETHER
from framework_probes.distributed.catalogue import PROBE as TRAINED_TOGETHER
from framework_probes.probe import Probe

#: Every probe by its id, and every suite by its name.
PROBES: Mapping[str, Probe] = MappingProxyType(
    {**CATALOGUE, **DEPLOYMENT, TOGETHER: TRAINED_TOGETHER}
)
SUITES: Mapping[str, Suite] = MappingProxyType({**catalogue.SUITES, SUITE: OF_SUITE})
#: What a request's ``probes`` may name: of the deployment suite single paths as well.
ASKED: tuple[str, ...] = (*CATALOGUE, *NAMES)


def suits(probe: str, suite: str) -> bool:
    """Whether that suite can take that probe: exports are proved in their own suite alone."""
    return (suite == SUITE) == (probe in NAMES)

"""The document of the host that this process runs on; no framework is imported for it."""

from __future__ import annotations

from typing import get_args

from framework_advisor.api.schemas import CurrentHost
from framework_knowledge.models import FrameworkId
from framework_probes import devices, host
from framework_probes.results import Peaks


def current_host(peaks: Peaks | None) -> CurrentHost:
    """What it is, what is installed on it, and the peaks that a run measured on it."""
    described, versions = host.fingerprint(), host.installed()
    return CurrentHost(
        host=described,
        devices=tuple(devices.here()),
        frameworks={framework: versions.get(framework) for framework in get_args(FrameworkId)},
        peaks=peaks,
    )

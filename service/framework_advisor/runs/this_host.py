"""The host that this process runs on, described without importing any framework."""

from __future__ import annotations

from typing import cast

from framework_advisor.api.schemas import CurrentHost
from framework_knowledge.models import FrameworkId
from framework_probes import host
from framework_probes.results import Host, Peaks


def fingerprint() -> Host:
    """What the host is."""
    return host.fingerprint()


def current_host(peaks: Peaks | None) -> CurrentHost:
    """What it is, what is installed on it, and the peaks that a run measured on it."""
    described = fingerprint()
    return CurrentHost(
        host=described,
        devices=("cpu", *described.accelerators),
        frameworks=cast("dict[FrameworkId, str | None]", dict(host.installed())),
        peaks=peaks,
    )

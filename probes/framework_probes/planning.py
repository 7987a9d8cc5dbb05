"""From a request to what is run: validated, resolved, in order."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from framework_probes import devices
from framework_probes.catalogue import Suite
from framework_probes.frameworks import layout_of
from framework_probes.frameworks.keras import FIT
from framework_probes.probe import Probe
from framework_probes.protocol import Refused
from framework_probes.results import Contender, Framework, RunRequest
from framework_probes.seats import SUBJECTS, Setup, Subject


class InvalidRequest(ValueError):
    """A request that cannot be run: names the field, what it held and what was expected."""

    def __init__(self, field: str, got: object, expected: str) -> None:
        self.field = field
        super().__init__(f"{field}: {got!r}, expected {expected}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A request, resolved against the catalogue.

    ``refused``: by subject and probe, what is known beforehand to come to nothing.
    """

    request: RunRequest
    suite: Suite
    probes: tuple[Probe, ...]
    subjects: tuple[Subject, ...]
    budget_s: float
    refused: Mapping[tuple[str, str], Refused] = field(default_factory=dict)

    def contenders(self, probe: Probe) -> tuple[Contender, ...]:
        """Everyone who is measured on a probe, in order."""
        usual = [
            Contender(subject.framework, subject.backend, tier)
            for subject in self.subjects
            for tier in self.suite.tiers
        ]
        variants = [
            Contender(subject.framework, subject.backend, tier, variant)
            for subject in self.subjects
            for name, tier, variant in self.suite.variants
            if name == subject.name and _applies(variant, probe)
        ]
        return (*usual, *variants)

    def leaves_out(self, contender: Contender, probe: str) -> str | None:
        """Why the suite does without that one, which is then ``not_run``; else None.

        Variants are further ways, and stay.
        """
        if contender.variant is not None:
            return None
        return self.suite.without.get((contender.subject, contender.tier, probe))

    @property
    def planned(self) -> int:
        """How many results there will be."""
        return sum(len(self.contenders(probe)) for probe in self.probes)

    def cost_s(self, probe: Probe) -> float:
        """Estimated seconds of a probe for these contenders.

        The catalogue states it for all of them in one replicate.
        """
        taken = [c for c in self.contenders(probe) if not self.leaves_out(c, probe.id)]
        share = len(taken) / (2 * len(SUBJECTS))
        suite = self.suite.taking(probe.id)
        # The pass that tells memory starts and compiles as much as a replicate does.
        return probe.cost_s * share * (suite.replicates + suite.fresh)


def plan(request: RunRequest, setup: Setup) -> Plan:
    """What a request comes to: probes, subjects, tiers and budget.

    Raises:
        InvalidRequest: a suite, framework, probe, device or budget that does not exist.
    """
    catalogue: Any = importlib.import_module(setup.catalogue)
    suites: Mapping[str, Suite] = catalogue.SUITES
    probes: Mapping[str, Probe] = catalogue.CATALOGUE
    _one_of("suite", request.suite, suites)
    on_this_host(request.device)
    for framework in _listed("frameworks", request.frameworks):
        _one_of("frameworks", framework, get_args(Framework))
    for probe in _listed("probes", request.probes):
        _one_of("probes", probe, probes)
    if request.budget_s is not None and not 0 < request.budget_s < float("inf"):
        raise InvalidRequest("budget_s", request.budget_s, "seconds above 0")
    suite = suites[request.suite]
    chosen = request.probes
    if chosen is None:
        # Asked for by name they are refused with the reason.
        lacks = devices.KINDS[request.device].lacks
        chosen = tuple(name for name in suite.probes if probes[name].dtype not in lacks)
    frameworks = request.frameworks
    return Plan(
        request=request,
        suite=suite,
        # In the catalogue's order and each once, however they were asked for.
        probes=tuple(probe for name, probe in probes.items() if name in chosen),
        subjects=tuple(s for s in SUBJECTS if frameworks is None or s.framework in frameworks),
        budget_s=suite.budget_s if request.budget_s is None else request.budget_s,
    )


def on_this_host(device: str) -> None:
    """Refuse a kind of device that is none, or that this host has not.

    Raises:
        InvalidRequest: with those that there are.
    """
    _one_of("device", device, devices.KINDS)
    why = devices.absent(device)
    if why is not None:
        present = ", ".join(devices.here())
        raise InvalidRequest("device", device, f"one of {present} on this host: {why}")


def _applies(variant: str, probe: Probe) -> bool:
    """Whether a probe can be measured in this variant at all, in any framework."""
    if variant == FIT:
        return probe.layers and probe.dtype == "float32"
    layout = layout_of(variant)
    return layout is None or (layout in probe.layouts and probe.dtype == "float32")


def _one_of(field: str, got: str, known: Mapping[str, object] | tuple[str, ...]) -> None:
    if got not in known:
        raise InvalidRequest(field, got, f"one of {', '.join(known)}")


def _listed(field: str, names: tuple[str, ...] | None) -> tuple[str, ...]:
    if names is not None and not names:
        raise InvalidRequest(field, names, "at least one, or none given for all of the suite")
    return names or ()

"""Recorded probe runs as the decision core takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from framework_advisor.decision.measurements import (
    MeasuredPair,
    MeasuredPath,
    MeasuredProbe,
    MeasuredTime,
    Measurements,
    ProbeFacts,
)
from framework_advisor.probe_facts import DEPLOYMENT_COST_S, probe_facts
from framework_advisor.recommendation import Contender
from framework_knowledge.models import Family
from framework_probes.catalogue import CATALOGUE
from framework_probes.deployed import Deployed
from framework_probes.probe import Probe
from framework_probes.results import Contender as ProbeContender
from framework_probes.results import Environment, Host, Pair, Result

#: Outcomes of a path of which nothing was found out.
NOTHING_TRIED = frozenset({"not_installed", "not_run", "cancelled"})

Device = Literal["cpu", "cuda", "rocm", "xpu", "mps", "tpu"]


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A finished probe run as the store keeps it."""

    id: str
    host: Host
    finished_at: datetime
    results: tuple[Result, ...]
    pairs: tuple[Pair, ...]
    environments: tuple[Environment, ...]

    @property
    def finished(self) -> date:
        """The day on which it ended."""
        return self.finished_at.date()

    @property
    def measured(self) -> set[str]:
        """The probes of which something came out."""
        return {result.probe for result in self.results if result.outcome == "ok"}


def measurements_from(runs: Iterable[RecordedRun]) -> Measurements:
    """What the runs measured, and the catalogue.

    Runs come newest first: of each probe, host and device the first counts that measured it.
    """
    runs = tuple(runs)
    found: dict[tuple[str, str, str], MeasuredProbe] = {}
    for run in runs:
        for probe in _probes_of(run):
            key = (probe.host, probe.probe.id, probe.device)
            if key not in found or (not _came_out(found[key]) and _came_out(probe)):
                found[key] = probe
    return Measurements(
        probes=tuple(found.values()),
        paths=_paths_of(runs),
        catalogue=probe_facts(),
        deployment_cost_s=DEPLOYMENT_COST_S,
        hosts={run.host.id: _hardware(run.host) for run in runs},
    )


def _hardware(host: Host) -> str:
    """The machine in a few words."""
    beside = "".join(f", {name}" for name in host.accelerators)
    return f"{host.cores} cores of {host.cpu}, {host.memory_bytes / 2**30:.0f} GiB{beside}"


def _came_out(probe: MeasuredProbe) -> bool:
    return any(time.outcome == "ok" for time in probe.times)


def facts_of(probe: Probe) -> ProbeFacts:
    """A probe as far as a decision needs it."""
    return ProbeFacts(
        id=probe.id,
        title=probe.title,
        criterion=probe.criterion,
        families=dict(probe.families),
        dtype=probe.dtype,
        cost_s=probe.cost_s,
    )


def _probes_of(run: RecordedRun) -> Iterator[MeasuredProbe]:
    # Decided is among the usual ways of compiling; variants of one tier are told, not weighed.
    results = [r for r in run.results if r.contender.variant is None]
    pairs = [p for p in run.pairs if p.a.variant is None and p.b.variant is None]
    for probe_id, device in dict.fromkeys((r.probe, r.device) for r in results):
        # A run made by another version may hold probes that this one no longer has.
        probe = CATALOGUE.get(probe_id)
        if probe is None:
            continue
        yield MeasuredProbe(
            probe=facts_of(probe),
            run=run.id,
            host=run.host.id,
            device=cast(Device, device),
            observed=run.finished,
            times=tuple(_time(r) for r in results if (r.probe, r.device) == (probe_id, device)),
            pairs=tuple(_pair(p) for p in pairs if (p.probe, p.device) == (probe_id, device)),
        )


def _paths_of(runs: Iterable[RecordedRun]) -> tuple[MeasuredPath, ...]:
    """Of each host, path and model the newest result that came to something, else the newest."""
    found: dict[tuple[str, str, str, str], MeasuredPath] = {}
    for run in runs:
        for result in run.results:
            if result.deployed is None:
                continue
            path = _path(run, result, result.deployed)
            key = (path.host, path.subject, path.path, path.model)
            if key not in found or (found[key].outcome in NOTHING_TRIED and _tried(path)):
                found[key] = path
    return tuple(found.values())


def _tried(path: MeasuredPath) -> bool:
    return path.outcome not in NOTHING_TRIED


def _path(run: RecordedRun, result: Result, deployed: Deployed) -> MeasuredPath:
    by, parity = result.contender, deployed.parity
    return MeasuredPath(
        id=result.id,
        path=deployed.path,
        framework=by.framework,
        backend=by.backend,
        model=deployed.model,
        families=_families(deployed.model),
        exporter=deployed.exporter,
        artefact=deployed.artefact,
        runtime=deployed.runtime,
        targets=deployed.targets,
        precision=deployed.precision,
        proves=deployed.proves,
        outcome=result.outcome,
        reason=result.reason,
        relative_error=parity.relative if parity else None,
        tolerance=parity.tolerance if parity else None,
        p50_s=deployed.latency.p50 if deployed.latency else None,
        artefact_bytes=deployed.artefact_bytes,
        run=run.id,
        host=run.host.id,
        observed=run.finished,
        environment=result.environment,
    )


def _families(model: str) -> dict[Family, float] | None:
    """What the reference models resemble: what requests to networks of their kind do."""
    probe = CATALOGUE.get(f"{model}_request")
    return cast("dict[Family, float]", dict(probe.families)) if probe else None


def _time(result: Result) -> MeasuredTime:
    return MeasuredTime(
        id=result.id,
        contender=_contender(result.contender),
        outcome=result.outcome,
        reason=result.reason,
        seconds=result.time.seconds if result.time else None,
        ci95=result.time.ci95 if result.time else None,
        reference_s=result.reference.seconds if result.reference else None,
        environment=result.environment,
    )


def _pair(pair: Pair) -> MeasuredPair:
    return MeasuredPair(
        id=f"{pair.run}:{pair.probe}:{pair.device}:{_slug(pair.a)}~{_slug(pair.b)}",
        a=_contender(pair.a),
        b=_contender(pair.b),
        ratio=pair.ratio,
        ci95=pair.ci95,
        verdict=pair.verdict,
    )


def _contender(contender: ProbeContender) -> Contender:
    return Contender(framework=contender.framework, backend=contender.backend, tier=contender.tier)


def _slug(contender: ProbeContender) -> str:
    return f"{contender.subject}/{contender.tier}"

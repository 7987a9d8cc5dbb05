"""From measured ratios to values: which measurements apply to a profile, and what they say.

A probe's pairs are ratios of times between contenders. They are reconciled into one log time per
contender by weighted least squares, and become a value by a fixed function of
log2(time / reference time): 1 at the reference, 0 at 256 times it. The reference knows no
framework.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from framework_advisor.decision.circumstances import (
    dtype_of,
    facet_values,
)
from framework_advisor.decision.distributions import Average, Belief, Clipped
from framework_advisor.decision.execution import (
    Everyday,
    everyday_tiers,
    subject_of,
    usable_tiers,
)
from framework_advisor.decision.measurements import (
    MeasuredPair,
    MeasuredProbe,
    MeasuredTime,
    Measurements,
    ProbeFacts,
)
from framework_advisor.decision.per_snapshot import PerSnapshot
from framework_advisor.decision.priors import DecisionFacet
from framework_advisor.decision.requirements import Stack
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Contender, Measurement
from framework_knowledge.models import CriterionId, Snapshot

#: A value falls from 1 to 0 while the time grows from the reference to 2**8 times the reference.
OCTAVES = 8.0
#: A probe that resembles the workload less than this does not count.
LEAST_RESEMBLANCE = 0.25
#: How far the time of a workload strays from that of a probe that resembles it fully, as a standard
#: deviation in log2. Sums of measured layers missed whole training steps by 27 to 59% on the host
#: where the method was tried (2026-11-23): about 0.35 to 0.67; whole steps and blocks are nearer.
TRANSFER_OCTAVES = 0.35
#: Without a pair, a recorded time still says this much (standard deviation in log2): it holds
#: together contenders that no pair connects.
UNPAIRED_OCTAVES = 1.0
#: Two-sided 95% of a normal distribution, to turn an interval into a standard deviation.
Z95 = 1.959964
#: Outcomes that say something of the framework itself; the others leave it unknown.
FACTS_ABOUT_THE_FRAMEWORK = frozenset({"unsupported", "wrong_result"})

DEVICE_OF_ACCELERATOR: Mapping[str, str] = {
    "none": "cpu", "nvidia": "cuda", "amd": "rocm", "intel_gpu": "xpu", "apple": "mps",
    "tpu": "tpu",
}  # fmt: skip
#: Phones, browsers and boards have other processors than the host of a probe run: no device.
DEVICE_OF_TARGET: Mapping[str, str] = {
    "server_cpu": "cpu", "desktop": "cpu", "server_tpu": "tpu",
}  # fmt: skip


def speed_facet(profile: Profile, criterion: CriterionId) -> DecisionFacet:
    """Which part of the profile says on what device the time counts."""
    if criterion == "training_speed" or profile.targets == ():
        return "accelerator"
    return "target"


def device_for(profile: Profile, criterion: CriterionId, value: str) -> str | None:
    """The device that a facet's value stands for; None where no probe host can stand for it."""
    if speed_facet(profile, criterion) == "accelerator":
        return DEVICE_OF_ACCELERATOR.get(value)
    if value == "server_gpu":
        accelerators = (profile.platform and profile.platform.accelerators) or ()
        return "rocm" if "amd" in accelerators and "nvidia" not in accelerators else "cuda"
    return DEVICE_OF_TARGET.get(value)


def resemblance(profile: Profile, probe: ProbeFacts) -> float:
    """How much the probe resembles the workload, in [0, 1]; the expectation where it is open."""
    shares = facet_values(profile, "family").shares
    return sum(share * probe.resembles(family) for family, share in shares.items())


def transfer_spread(alike: float) -> float:
    """How far a workload's value strays from its probe's, as a standard deviation in value."""
    return TRANSFER_OCTAVES / alike / OCTAVES


def why_not(profile: Profile, probe: MeasuredProbe, as_of: date) -> str | None:
    """Why a probe does not apply to the profile; None where it does."""
    early = wrong_time(profile, probe.observed, as_of)
    return early or wrong_work(profile, probe.probe, probe.device)


def wrong_time(profile: Profile, observed: date, as_of: date) -> str | None:
    """Why what was measured on a day is too new or too old for the profile; None where it fits."""
    if observed > as_of:
        return f"measured on {observed}, after the day that is asked about ({as_of})"
    limit = profile.evidence.max_age_days if profile.evidence else None
    age = (as_of - observed).days
    if limit is not None and age > limit:
        return f"measured {age} days ago; the profile allows {limit}"
    return None


def wrong_work(profile: Profile, probe: ProbeFacts, device: str) -> str | None:
    """Why a probe on a device does not speak of the profile's work; None where it does."""
    criterion = probe.criterion
    facet = facet_values(profile, speed_facet(profile, criterion))
    if facet.drawn:
        open_field = (
            "targets" if speed_facet(profile, criterion) == "target" else "platform.accelerators"
        )
        return f"the profile leaves {open_field} open, so the device is not known"
    wanted = {device_for(profile, criterion, value) for value in facet.shares}
    if device not in wanted:
        named = ", ".join(sorted(facet.shares)) or "no device"
        phase = "trains on" if criterion == "training_speed" else "runs on"
        return f"measured on {device}; the project {phase} {named}"
    dtype = dtype_of(profile) or "float32"
    if probe.dtype != dtype:
        return f"measured in {probe.dtype}; the project computes in {dtype}"
    alike = resemblance(profile, probe)
    if alike < LEAST_RESEMBLANCE:
        return f"{probe.title} resembles the workload too little ({alike:.2f})"
    return None


def measurement_rows(
    profile: Profile, measurements: Measurements, snapshot: Snapshot
) -> tuple[Measurement, ...]:
    """Every pair that was measured, whether it is applied, and if not, why."""
    executions = tuple(facet_values(profile, "execution").shares)
    everyday = _everyday(snapshot)
    rows = []
    for probe in measurements.probes:
        reason = why_not(profile, probe, snapshot.as_of)
        for pair in probe.pairs:
            why = reason or _tier_reason(pair, executions, everyday)
            rows.append(
                Measurement(
                    id=pair.id,
                    probe=probe.probe.id,
                    a=pair.a,
                    b=pair.b,
                    ratio=pair.ratio,
                    ci95=pair.ci95,
                    verdict=pair.verdict,
                    host=probe.host,
                    run=probe.run,
                    applied=why is None,
                    why_not=why,
                )
            )
    return tuple(rows)


def _tier_reason(pair: MeasuredPair, executions: tuple[str, ...], everyday: Everyday) -> str | None:
    for side in (pair.a, pair.b):
        subject = subject_of(side)
        usable = {t for e in executions for t in usable_tiers(e, subject, everyday)}
        if side.tier not in usable:
            own = f"own code and changing shapes usually run {min(usable)}"
            return f"{subject} measured {side.tier}; {own}"
    return None


@dataclass(frozen=True, slots=True)
class LogTime:
    """log2 of seconds per iteration: centre and standard deviation."""

    centre: float
    sd: float


def reconcile(probe: MeasuredProbe) -> Mapping[Contender, LogTime]:
    """One log2 time per contender from all pairs, by weighted least squares.

    Minimises sum((x_b - x_a - log2 ratio)^2 / sd^2) + sum((x_i - log2 t_i)^2 / UNPAIRED^2). The
    variance of a contender is half the mean variance of its pairs, so that a difference of two has
    about the interval that was measured; pairs share blocks, so that the least-squares covariance
    would be too narrow. An ``ambiguous`` pair says that nothing is known to differ.
    """
    timed = [t for t in probe.times if t.seconds is not None and t.outcome == "ok"]
    index = {t.contender: i for i, t in enumerate(timed)}
    if not index:
        return {}
    normal = np.eye(len(timed)) / UNPAIRED_OCTAVES**2
    right = np.array([np.log2(t.seconds or 1.0) for t in timed]) / UNPAIRED_OCTAVES**2
    variances: dict[Contender, list[float]] = {}
    for pair in probe.pairs:
        if pair.a not in index or pair.b not in index:
            continue
        sd = max((np.log2(pair.ci95[1]) - np.log2(pair.ci95[0])) / (2 * Z95), 1e-4)
        difference = 0.0 if pair.verdict == "ambiguous" else float(np.log2(pair.ratio))
        row = np.zeros(len(timed))
        row[index[pair.b]], row[index[pair.a]] = 1.0, -1.0
        normal += np.outer(row, row) / sd**2
        right += row * difference / sd**2
        for side in (pair.a, pair.b):
            variances.setdefault(side, []).append(sd**2)
    centres = np.linalg.solve(normal, right)
    return {
        t.contender: LogTime(
            float(centres[i]),
            float(np.sqrt(np.mean(variances[t.contender]) / 2))
            if t.contender in variances
            else UNPAIRED_OCTAVES,
        )
        for t, i in ((t, index[t.contender]) for t in timed)
    }


_everyday = PerSnapshot(everyday_tiers)


class MeasuredValues:
    """The values that the applying probes give to the stacks."""

    def __init__(self, profile: Profile, measurements: Measurements, snapshot: Snapshot) -> None:
        #: Whether anything was measured at all, be it of another device or work.
        self.anything = bool(measurements.probes)
        self._everyday = _everyday(snapshot)
        self._applied = [
            (probe, resemblance(profile, probe.probe), reconcile(probe))
            for probe in measurements.probes
            if why_not(profile, probe, snapshot.as_of) is None
        ]
        self.rows = measurement_rows(profile, measurements, snapshot)
        self._applied_ids = {row.id for row in self.rows if row.applied}

    def applied_to(self, criterion: CriterionId) -> tuple[str, ...]:
        """Ids of the probes that count for a criterion."""
        return tuple(
            probe.probe.id for probe, _, _ in self._applied if probe.probe.criterion == criterion
        )

    def belief(
        self, stack: Stack, criterion: CriterionId, device: str | None, execution: str
    ) -> Belief | None:
        """What was measured of a stack's value; None where nothing that applies was measured."""
        parts: list[tuple[float, Belief]] = []
        for probe, alike, times in self._applied:
            if probe.probe.criterion != criterion or probe.device != device:
                continue
            value = self._probe_value(probe, alike, times, stack, execution)
            if value is not None:
                parts.append((alike, value))
        if len(parts) < 2:
            return parts[0][1] if parts else None
        total = sum(weight for weight, _ in parts)
        return Average(tuple((weight / total, value) for weight, value in parts))

    def _probe_value(
        self,
        probe: MeasuredProbe,
        alike: float,
        times: Mapping[Contender, LogTime],
        stack: Stack,
        execution: str,
    ) -> Clipped | None:
        usable = usable_tiers(execution, stack.subject, self._everyday)
        own = {c: t for c, t in times.items() if _is(c, stack) and c.tier in usable}
        if _usual_tier_open(probe, stack, self._everyday):
            own = {}
        references = [t.reference_s for t in probe.times if t.reference_s is not None]
        if not own or not references:
            broken = any(
                t.outcome in FACTS_ABOUT_THE_FRAMEWORK and t.contender.tier in usable
                for t in probe.times
                if _is(t.contender, stack)
            )
            return Clipped(0.0) if broken and not own else None
        contender, time = min(own.items(), key=lambda item: item[1].centre)
        name = ("measured", probe.run, probe.probe.id, stack.subject, contender.tier)
        octaves = time.centre - float(np.log2(median(references)))
        return Clipped(
            1.0 - octaves / OCTAVES,
            (
                (-time.sd / OCTAVES, name),
                (-transfer_spread(alike), ("transfer", probe.probe.id, stack.subject)),
            ),
        )

    def evidence(self, stack: Stack, criterion: CriterionId) -> tuple[str, ...]:
        """Ids of the applied pairs in which the stack takes part, for that criterion.

        Where it takes part in none, ids of its own measurements: a time without a pair, or an
        outcome that says something of the framework.
        """
        found: list[str] = []
        for probe, _, _ in self._applied:
            if probe.probe.criterion == criterion:
                pairs = [
                    pair.id
                    for pair in probe.pairs
                    if pair.id in self._applied_ids and (_is(pair.a, stack) or _is(pair.b, stack))
                ]
                found += pairs or [t.id for t in probe.times if _is(t.contender, stack)]
        return tuple(found)

    def failed(self) -> tuple[tuple[MeasuredProbe, MeasuredTime], ...]:
        """Measurements that would count and came to nothing."""
        return tuple(
            (probe, time)
            for probe, _, _ in self._applied
            for time in probe.times
            if time.outcome not in FACTS_ABOUT_THE_FRAMEWORK | {"ok"}
        )


def _usual_tier_open(probe: MeasuredProbe, stack: Stack, everyday: Everyday) -> bool:
    """Whether the tier in which a stack usually runs came to nothing here.

    Its other tier would then stand for it and wrong it: an eager TensorFlow step says nothing of
    the traced one that everybody runs.
    """
    return any(
        time.outcome not in FACTS_ABOUT_THE_FRAMEWORK | {"ok"}
        and _is(time.contender, stack)
        and time.contender.tier == everyday.get(stack.subject)
        for time in probe.times
    )


def _is(contender: Contender, stack: Stack) -> bool:
    return subject_of(contender) == stack.subject

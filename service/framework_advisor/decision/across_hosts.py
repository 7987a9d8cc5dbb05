"""Several hosts: what is best on each, whether one choice serves all, which host is quickest.

Each host is judged on means with its own measurements alone; documents are the same for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from framework_advisor.decision.assessment import Assessment, assess
from framework_advisor.decision.execution import subject_of
from framework_advisor.decision.measured_values import Z95, resemblance, why_not
from framework_advisor.decision.measurements import MeasuredProbe, MeasuredTime, Measurements
from framework_advisor.decision.verdict import INDIFFERENT_REGRET
from framework_advisor.profile import Profile
from framework_advisor.recommendation import AcrossHosts, Compromise, HostChoice
from framework_knowledge.models import FrameworkId, Snapshot

#: What is said of a host without a run.
UNMEASURED = "no run of it is known"


@dataclass(frozen=True, slots=True)
class _Judged:
    """A profile judged with the measurements of one host, and the probes that then count."""

    host: str
    assessment: Assessment
    applied: tuple[MeasuredProbe, ...]

    def value(self, framework: FrameworkId) -> float:
        """Mean value of the framework's best stack, which must be feasible."""
        return next(b.mean for b in self.assessment.best if b.stack.framework == framework)


def across_hosts(
    profile: Profile, snapshot: Snapshot, measurements: Measurements
) -> AcrossHosts | None:
    """The profile on each host that it names or that was measured; None where that is one."""
    named = (profile.evidence.hosts if profile.evidence else None) or ()
    hosts = dict.fromkeys(named, UNMEASURED) | measurements.hosts
    if len(hosts) < 2:
        return None
    judged = [_judge(profile, snapshot, measurements, host) for host in hosts]
    times = _relative_times(profile, judged)
    return AcrossHosts(
        hosts=tuple(_choice(each, hosts[each.host], times.get(each.host)) for each in judged),
        compromises=_compromises(judged),
        quickest=min(times, key=lambda host: times[host][0], default=None),
    )


def _judge(profile: Profile, snapshot: Snapshot, measurements: Measurements, host: str) -> _Judged:
    own = measurements.of_host(host)
    return _Judged(
        host,
        assess(profile, snapshot, own),
        tuple(p for p in own.probes if why_not(profile, p, snapshot.as_of) is None),
    )


def _choice(
    judged: _Judged, hardware: str, time: tuple[float, tuple[float, float]] | None
) -> HostChoice:
    best = judged.assessment.best
    return HostChoice(
        host=judged.host,
        hardware=hardware,
        framework=best[0].stack.framework if best else None,
        stack=best[0].stack.subject if best else None,
        value=best[0].mean if best else None,
        runner_up=best[1].stack.framework if len(best) > 1 else None,
        margin=best[0].mean - best[1].mean if len(best) > 1 else None,
        probes=tuple(dict.fromkeys(probe.probe.id for probe in judged.applied)),
        relative_time=time[0] if time else None,
        relative_time_ci95=time[1] if time else None,
    )


def _compromises(judged: Sequence[_Judged]) -> tuple[Compromise, ...]:
    """Every framework that is feasible on all hosts, the one that loses least first."""
    feasible = [{b.stack.framework for b in each.assessment.best} for each in judged]
    # In the order of the first host, so that equals stay in an order that can be told.
    everywhere = [
        b.stack.framework
        for b in judged[0].assessment.best
        if all(b.stack.framework in found for found in feasible)
    ]
    found = []
    for framework in everywhere:
        regret = {j.host: j.assessment.best[0].mean - j.value(framework) for j in judged}
        worst = max(regret.values())
        found.append(
            Compromise(
                framework=framework,
                regret=regret,
                largest_regret=worst,
                serves_all=worst < INDIFFERENT_REGRET,
            )
        )
    return tuple(sorted(found, key=lambda each: each.largest_regret))


def _relative_times(
    profile: Profile, judged: Sequence[_Judged]
) -> Mapping[str, tuple[float, tuple[float, float]]]:
    """Of each host that can be compared, the time of its best stack over the quickest host's.

    A mean of logarithms over the probes that all of these hosts measured, weighted by how much each
    resembles the workload; the interval is that of the times, and says nothing of what a workload
    strays from its probes.
    """
    logs = {each.host: found for each in judged if (found := dict(_logs(each)))}
    if len(logs) < 2:
        return {}
    common = set.intersection(*({*found} for found in logs.values()))
    weights = {key: _alike(profile, judged, key) for key in sorted(common)}
    total = sum(weights.values())
    if not total:
        return {}
    mean = {h: sum(w * found[k][0] for k, w in weights.items()) for h, found in logs.items()}
    spread = {
        h: sum((w * found[k][1]) ** 2 for k, w in weights.items()) for h, found in logs.items()
    }
    first = min(mean, key=mean.__getitem__)
    times = {}
    for host in logs:
        gap = (mean[host] - mean[first]) / total
        half = 0.0 if host == first else Z95 * (spread[host] + spread[first]) ** 0.5 / total
        times[host] = (exp(gap), (exp(gap - half), exp(gap + half)))
    return times


#: A probe and the kind of device that it was measured on.
_Key = tuple[str, str]


def _logs(judged: _Judged) -> Iterator[tuple[_Key, tuple[float, float]]]:
    """Logarithm of the best stack's quickest time on each probe, and its standard deviation."""
    if not judged.assessment.best:
        return
    subject = judged.assessment.best[0].stack.subject
    for probe in judged.applied:
        own = [t for t in probe.times if _is_time(t) and subject_of(t.contender) == subject]
        quickest = min(own, key=lambda t: t.seconds or 0.0, default=None)
        if quickest is not None and quickest.seconds is not None:
            low, high = quickest.ci95 or (quickest.seconds, quickest.seconds)
            deviation = (log(high) - log(low)) / (2 * Z95)
            yield (probe.probe.id, probe.device), (log(quickest.seconds), deviation)


def _is_time(time: MeasuredTime) -> bool:
    return time.outcome == "ok" and time.seconds is not None


def _alike(profile: Profile, judged: Sequence[_Judged], key: _Key) -> float:
    facts = next(p.probe for j in judged for p in j.applied if (p.probe.id, p.device) == key)
    return resemblance(profile, facts)

"""From the blocks of a probe to results and pairs. Pure: nothing is measured here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framework_probes import statistics
from framework_probes.entries import (
    Entry,
    Replicate,
    Taken,
    compare,
    estimate,
    matches,
    spread,
    value,
)
from framework_probes.probe import Probe
from framework_probes.protocol import Refused
from framework_probes.results import (
    Block,
    Cold,
    Conditions,
    Contender,
    Pair,
    Peaks,
    Rate,
    Reference,
    Result,
    Time,
)
from framework_probes.serialization import with_id

QUARTILE = "lower quartile of wall time"
PROCESSOR = "lower quartile of processor time"
#: Outcomes that keep their numbers: measured, but not to be relied on.
SUSPECT = ("unstable", "contended")
#: A worker that had the processor for less than this share of its blocks was crowded out.
CROWDED = 0.5


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all results of a session share."""

    run: str
    host: str
    device: str
    threads: int
    allocator: str
    load_1m: float | None


def pairs(probe: Probe, entries: Sequence[Entry], where: Circumstances) -> list[Pair]:
    """The pairs of every two entries that are sound and belong together."""
    found = []
    for a, b in matches([entry for entry in entries if entry.timed]):
        ratio = compare(a, b)
        found.append(
            Pair(
                run=where.run,
                host=where.host,
                probe=probe.id,
                dtype=probe.dtype,
                device=where.device,
                a=a.contender,
                b=b.contender,
                ratio=ratio.value,
                ci95=(ratio.low, ratio.high),
                verdict=statistics.verdict(ratio),
                rounds=sum(len(r.blocks) for r in a.replicates),
                replicates=len(a.replicates),
                spread=spread(a, b),
            )
        )
    return found


def unsteady(entries: Sequence[Entry]) -> dict[Contender, Refused]:
    """Entries that were not in a steady state while timed, with the reason.

    Judged against the other contenders of the same round, where there are enough of them: what
    slows everybody is the host's doing, and cancels in the pairs.
    """
    found: dict[Contender, Refused] = {}
    timed = [entry for entry in entries if entry.timed]
    for entry in timed:
        if any(t.ran.traces for r in entry.replicates for t in r.blocks):
            found[entry.contender] = Refused("unstable", "it was compiled again while timed")
            continue
        for number, replicate in enumerate(entry.replicates):
            series = [value(t.ran, entry.slow) for t in replicate.blocks]
            if len(timed) >= 3:
                common = _common(timed, number)
                series = [v / c for v, c in zip(series, common, strict=True)]
            if statistics.halves_differ(series):
                reason = "the second half of its blocks differs from the first by more than 10%"
                found[entry.contender] = Refused("unstable", reason)
    return found


def _common(timed: Sequence[Entry], replicate: int) -> list[float]:
    """How fast each round was for everybody: the median of what each made of it."""
    columns = []
    for entry in timed:
        series = [value(t.ran, entry.slow) for t in entry.replicates[replicate].blocks]
        middle = statistics.median(series)
        columns.append([v / middle for v in series])
    return [statistics.median(row) for row in zip(*columns, strict=True)]


def result(probe: Probe, entry: Entry, where: Circumstances, reference: Reference | None) -> Result:
    """What is said of one contender on one probe.

    A measurement that is suspect keeps its numbers, with the outcome that says why.
    """
    first = entry.replicates[0] if entry.replicates else None
    blocks = [t for r in entry.replicates for t in r.blocks]
    time = rate = None
    if entry.refused is None or entry.refused.outcome in SUSPECT:
        time = _time(entry)
        rate = Rate(
            flops_per_s=probe.flops / time.seconds,
            bytes_per_s=probe.bytes / time.seconds,
            of_roofline=reference.seconds / time.seconds if reference else None,
        )
    peaks = [r.prepared.peak_rss_bytes for r in entry.replicates]
    return with_id(
        "res",
        Result(
            id="",
            run=where.run,
            host=where.host,
            environment=first.environment if first else "",
            probe=probe.id,
            shape=probe.shape,
            dtype=probe.dtype,
            layout=first.prepared.layout if first else "",
            device=where.device,
            contender=entry.contender,
            compiler=first.prepared.compiler if first else None,
            outcome=entry.refused.outcome if entry.refused else "ok",
            reason=entry.refused.reason if entry.refused else None,
            equality=first.prepared.equality if first and time else None,
            time=time,
            reference=reference,
            rate=rate,
            peak_rss_bytes=max((peak for peak in peaks if peak), default=None),
            conditions=_conditions(blocks, where) if blocks else None,
            blocks=tuple(_block(taken, entry.slow) for taken in blocks),
        ),
    )


def reference(probe: Probe, peaks: Peaks | None, numpy: Sequence[Replicate]) -> Reference | None:
    """What a time on this probe is judged against; None where that could not be measured.

    The roofline is the time that the host's measured ceilings allow. Source: Williams, Waterman
    and Patterson, Roofline, Communications of the ACM 52 (2009).
    """
    if probe.reference_kind == "numpy":
        times = [value(taken.ran, slow=False) for r in numpy for taken in r.blocks]
        enough = len(times) >= statistics.FEWEST
        return Reference("numpy", statistics.location(times).value) if enough else None
    if peaks is None:
        return None
    seconds = max(probe.flops / peaks.flops_per_s, probe.bytes / peaks.bytes_per_s)
    return Reference("roofline", seconds)


def judge(entries: Sequence[Entry], over: str) -> None:
    """Say of each entry whether its blocks can be used: enough, steady, undisturbed.

    ``over``: the reason of those that the budget's end kept from being timed. A replicate that
    was cut short is dropped; what earlier replicates gave stands.
    """
    for entry in entries:
        cut = entry.refused is not None and entry.refused.reason == over
        if entry.refused is None or cut:
            entry.replicates = [r for r in entry.replicates if len(r.blocks) >= statistics.FEWEST]
            entry.refused = None if entry.replicates else Refused("not_run", over)
    unstable = unsteady(entries)
    for entry in entries:
        if entry.timed:
            entry.refused = unstable.get(entry.contender) or crowded(entry)


def crowded(entry: Entry) -> Refused | None:
    """The outcome of a contender that others kept off its core, None if it was left alone."""
    share = _processor_share([t for r in entry.replicates for t in r.blocks])
    if share >= CROWDED:
        return None
    return Refused("contended", f"it had the processor for {share:.0%} of the time it was timed")


def _processor_share(blocks: Sequence[Taken]) -> float:
    return statistics.median([t.ran.cpu_s / t.ran.wall_s for t in blocks])


def _time(entry: Entry) -> Time:
    seconds = estimate(entry)
    cold = [(r.import_s, r.prepared) for r in entry.replicates]
    imports = [s for s, _ in cold if s is not None]
    return Time(
        statistic=PROCESSOR if entry.slow else QUARTILE,
        seconds=seconds.value,
        ci95=(seconds.low, seconds.high),
        blocks=sum(len(r.blocks) for r in entry.replicates),
        replicates=len(entry.replicates),
        cold=Cold(
            import_s=statistics.median(imports) if imports else None,
            first_call_s=statistics.median([p.first_call_s for _, p in cold]),
            second_call_s=statistics.median([p.second_call_s for _, p in cold]),
        ),
    )


def _conditions(blocks: Sequence[Taken], where: Circumstances) -> Conditions:
    seen = {t.ran.core for t in blocks}
    return Conditions(
        # What the kernel said, not what was asked: None if blocks ran on several cores.
        core=seen.pop() if len(seen) == 1 else None,
        threads_asked=where.threads,
        cpu_over_wall=_processor_share(blocks),
        allocator=where.allocator,
        involuntary_switches=sum(t.ran.switches for t in blocks),
        load_1m=where.load_1m,
    )


def _block(taken: Taken, slow: bool) -> Block:
    ran = taken.ran
    return Block(taken.order, ran.iterations, ran.wall_s, ran.cpu_s, value(ran, slow))

"""From the blocks of a probe to results and pairs. Pure: nothing is measured here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from framework_probes import comparison, guards, statistics
from framework_probes.entries import Entry, Replicate, belong_together
from framework_probes.probe import Probe
from framework_probes.protocol import Refused
from framework_probes.results import (
    Block,
    Cold,
    Conditions,
    Contender,
    Memory,
    Outcome,
    Pair,
    Peaks,
    Percentiles,
    Rate,
    Reference,
    Result,
    Time,
)
from framework_probes.serialization import with_id

#: Outcomes that keep their numbers: measured, but not to be relied on.
SUSPECT: tuple[Outcome, ...] = ("unstable", "contended", "throttled")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all results of a probe share.

    ``roofline_s``: the time that the host's measured ceilings allow, None where one is not known.
    """

    run: str
    host: str
    device: str
    threads: int
    allocator: str
    load_1m: float | None
    pressure: float | None = None
    core_speed: float | None = None
    fresh: bool = False
    foreign: tuple[str, ...] | None = None
    roofline_s: float | None = None


def pairs(probe: Probe, entries: Sequence[Entry], where: Circumstances) -> list[Pair]:
    """The pairs of every two entries that are sound and belong together."""
    timed = [(entry.contender, entry.blocks) for entry in entries if entry.timed]
    whereof = Whereof(where.run, where.host, probe.id, probe.dtype, where.device)
    return pairs_of(whereof, timed)


@dataclass(frozen=True, slots=True)
class Whereof:
    """What is the same on both sides of a pair."""

    run: str
    host: str
    probe: str
    dtype: str
    device: str


def pairs_of(whereof: Whereof, timed: Sequence[tuple[Contender, comparison.Blocks]]) -> list[Pair]:
    """The pairs of contenders that are sound, from their blocks alone."""
    return [
        _pair(whereof, a, b)
        for a, b in combinations(timed, 2)
        if belong_together(a[0], b[0]) and comparison.comparable(a[1], b[1])
    ]


def _pair(
    whereof: Whereof,
    a: tuple[Contender, comparison.Blocks],
    b: tuple[Contender, comparison.Blocks],
) -> Pair:
    ratio = comparison.compare(a[1], b[1])
    series = comparison.paired(a[1], b[1])
    return Pair(
        run=whereof.run,
        host=whereof.host,
        probe=whereof.probe,
        dtype=whereof.dtype,
        device=whereof.device,
        a=a[0],
        b=b[0],
        ratio=ratio.value,
        ci95=(ratio.low, ratio.high),
        verdict=statistics.verdict(ratio),
        rounds=sum(len(xs) for xs, _ in series),
        replicates=len(series),
        spread=comparison.spread(a[1], b[1]),
    )


def unsteady(entries: Sequence[Entry]) -> dict[Contender, Refused]:
    """Entries that were not in a steady state while timed, with the reason.

    Judged against the other contenders of the same round, where there are enough of them: what
    slows everybody is the host's doing, and cancels in the pairs.
    """
    found: dict[Contender, Refused] = {}
    timed = [entry for entry in entries if entry.timed]
    common = _common(timed) if len(timed) >= 3 else {}
    for entry in timed:
        if any(replicate.traces for replicate in entry.replicates):
            found[entry.contender] = Refused("unstable", "it was compiled again while timed")
            continue
        used = comparison.counted(entry.blocks)
        slow = comparison.is_slow(used)
        for part in comparison.by_replicate(used):
            series = [comparison.value(b, slow) / common.get(_place(b), 1.0) for b in part]
            if statistics.halves_differ(series):
                reason = "the second half of its blocks differs from the first by more than 10%"
                found[entry.contender] = Refused("unstable", reason)
    return found


def _common(timed: Sequence[Entry]) -> dict[tuple[int, int | None], float]:
    """How slow each round was for everybody: the median of what each made of it."""
    rows: dict[tuple[int, int | None], list[float]] = {}
    for entry in timed:
        used = comparison.counted(entry.blocks)
        slow = comparison.is_slow(used)
        for part in comparison.by_replicate(used):
            middle = statistics.median([comparison.value(block, slow) for block in part])
            for block in part:
                rows.setdefault(_place(block), []).append(comparison.value(block, slow) / middle)
    return {place: statistics.median(row) for place, row in rows.items() if len(row) >= 3}


def _place(block: Block) -> tuple[int, int | None]:
    return block.replicate, block.round


def published(entry: Entry) -> bool:
    """Whether a time of it is published: it has blocks, and no outcome that forbids it."""
    return bool(entry.blocks) and (entry.refused is None or entry.refused.outcome in SUSPECT)


def results(
    probe: Probe, entries: Sequence[Entry], where: Circumstances, reference: Reference | None
) -> Iterator[Result]:
    """What is said of each contender on one probe."""
    eager = {e.contender.subject: e for e in entries if e.contender.tier == "eager" and e.timed}
    for entry in entries:
        rival = eager.get(entry.contender.subject) if entry.contender.tier != "eager" else None
        yield result(probe, entry, where, reference, rival)


def result(
    probe: Probe,
    entry: Entry,
    where: Circumstances,
    reference: Reference | None,
    eager: Entry | None = None,
) -> Result:
    """What is said of one contender on one probe.

    A measurement that is suspect keeps its numbers, with the outcome that says why. ``eager`` is
    the same subject uncompiled, which tells when compiling pays off.
    """
    first = entry.replicates[0] if entry.replicates else None
    blocks = entry.blocks
    time = rate = None
    if published(entry):
        time = replace(
            steady(blocks),
            cold=_cold(entry, where, eager),
            memory=_memory(entry),
            device_s=_device_seconds(blocks),
            cache=first.prepared.cache if first else None,
        )
        if probe.request:
            time = replace(time, percentiles=percentiles(blocks))
        if probe.reference_kind != "none":
            share = where.roofline_s / time.seconds if where.roofline_s is not None else None
            rate = Rate(
                flops_per_s=probe.flops / time.seconds,
                bytes_per_s=probe.bytes / time.seconds,
                of_roofline=share,
            )
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
            peak_rss_bytes=_memory(entry).peak_rss,
            conditions=_conditions(entry, where) if blocks else None,
            blocks=_published(blocks),
        ),
    )


def reference(probe: Probe, peaks: Peaks | None, numpy: Sequence[Replicate]) -> Reference | None:
    """What a time on this probe is judged against; None where that could not be measured."""
    if probe.reference_kind == "numpy":
        times = [comparison.value(block, slow=False) for r in numpy for block in r.blocks]
        enough = len(times) >= statistics.FEWEST
        return Reference("numpy", statistics.location(times).value) if enough else None
    seconds = roofline(probe, peaks)
    return None if seconds is None else Reference("roofline", seconds)


def roofline(probe: Probe, peaks: Peaks | None) -> float | None:
    """Seconds that the measured ceilings allow, see ``results.Rate``; None where one is unknown."""
    flops_per_s = None if peaks is None else peaks.flops_in(probe.dtype)
    if peaks is None or flops_per_s is None or probe.reference_kind == "none":
        return None
    return max(probe.flops / flops_per_s, probe.bytes / peaks.bytes_over(probe.bytes))


#: Processors that a process may seem to have had beyond its threads: what two clocks disagree by.
SPARE = 0.1


def judge(
    entries: Sequence[Entry], over: str, foreign: Sequence[str] = (), threads: int = 1
) -> None:
    """Say of each entry whether its blocks can be used: enough, steady, undisturbed.

    ``over``: the reason of those that the budget's end kept from being timed. A replicate that
    was cut short is dropped; what earlier replicates gave stands. ``foreign``: who else computed
    on the device; ``threads``: as many processors as a contender may have taken.
    """
    for entry in entries:
        cut = entry.refused is not None and entry.refused.reason == over
        if entry.refused is None or cut:
            entry.replicates = [r for r in entry.replicates if len(r.blocks) >= statistics.FEWEST]
            entry.refused = None if entry.replicates else Refused("not_run", over)
    unstable = unsteady(entries)
    for entry in entries:
        if entry.timed:
            disturbed = guards.disturbance(entry.blocks)
            if foreign:
                disturbed = ("contended", f"others compute on the device: {'; '.join(foreign)}")
            # A host that disturbed it may be why it looked unsteady, but never why it compiled.
            compiled = any(replicate.traces for replicate in entry.replicates)
            if (share := comparison.processor_share(entry.blocks)) > threads + SPARE:
                why = f"it took {share:.2f} processors, and {threads} were allowed"
                entry.refused = Refused("unstable", why)
            elif disturbed and not compiled:
                entry.refused = Refused(*disturbed)
            else:
                entry.refused = unstable.get(entry.contender)


def steady(blocks: comparison.Blocks) -> Time:
    """A contender's time from its blocks alone; what is paid once is not in them."""
    seconds = comparison.estimate(blocks)
    used = comparison.counted(blocks)
    return Time(
        statistic=comparison.statistic(blocks),
        seconds=seconds.value,
        ci95=(seconds.low, seconds.high),
        blocks=len(used),
        replicates=len(comparison.by_replicate(used)),
    )


def _device_seconds(blocks: comparison.Blocks) -> float | None:
    """By the device's own clock; None where none was read."""
    used = comparison.counted(blocks)
    samples = [seconds for block in used for seconds in block.device_samples_s]
    return statistics.lower_quartile(samples) if samples else None


def percentiles(blocks: comparison.Blocks) -> Percentiles:
    """Of single calls, those of blocks that count; each only where there are enough of them."""
    calls = [wall for block in comparison.counted(blocks) for wall in block.wall_samples_s]
    found: dict[str, float | None] = {}
    lacking = []
    for percent, needed in statistics.FEWEST_FOR_PERCENTILE.items():
        enough = len(calls) >= needed
        found[f"p{percent}"] = statistics.quantile(calls, percent / 100) if enough else None
        if not enough:
            lacking.append(f"a p{percent} takes {needed}")
    reason = f"{len(calls)} calls were counted; {', '.join(lacking)}" if lacking else None
    return Percentiles(found["p50"], found["p90"], found["p99"], len(calls), reason)


def _cold(entry: Entry, where: Circumstances, eager: Entry | None) -> Cold:
    imports = [r.import_s for r in entry.replicates if r.import_s is not None]
    prepared = [r.prepared for r in entry.replicates]
    reached = [p.to_steady_s for p in prepared if p.to_steady_s is not None]
    first, seconds = _first_call(entry), comparison.estimate(entry.blocks).value
    return Cold(
        import_s=statistics.median(imports) if imports else None,
        first_call_s=first,
        second_call_s=statistics.median([p.second_call_s for p in prepared]),
        to_steady_s=statistics.median(reached) if reached else None,
        compile_s=max(0.0, first - seconds) if entry.contender.tier == "compiled" else None,
        pays_off_after=_pays_off(entry, eager) if eager is not None else None,
        own_process=where.fresh,
        recompile_s=entry.weighed.recompile_s if entry.weighed is not None else None,
    )


def _first_call(entry: Entry) -> float:
    return statistics.median([r.prepared.first_call_s for r in entry.replicates])


def _pays_off(compiled: Entry, eager: Entry) -> int | None:
    """From which step on compiling has cost less: n with f + (n - 1) s <= f' + (n - 1) s'.

    f and f' are first calls, s and s' steady steps of the compiled and the eager tier. None where
    the pair does not say that the compiled one is faster.
    """
    if not comparison.comparable(compiled.blocks, eager.blocks):
        return None
    if statistics.verdict(comparison.compare(compiled.blocks, eager.blocks)) != "faster":
        return None
    saved = comparison.estimate(eager.blocks).value - comparison.estimate(compiled.blocks).value
    if saved <= 0:
        return None
    return 1 + math.ceil(max(0.0, _first_call(compiled) - _first_call(eager)) / saved)


def _memory(entry: Entry) -> Memory:
    if entry.weighed is not None:
        weighed = entry.weighed
        return Memory(weighed.peak_rss, weighed.rss_before, weighed.device_peak, own_pass=True)
    peaks = [r.prepared.peak_rss_bytes for r in entry.replicates]
    return Memory(max((peak for peak in peaks if peak), default=None), None, None, own_pass=False)


def _conditions(entry: Entry, where: Circumstances) -> Conditions:
    blocks = entry.blocks
    seen = {core for replicate in entry.replicates for core in replicate.cores}
    return Conditions(
        # What the kernel said, not what was asked: None if blocks ran on several cores.
        core=seen.pop() if len(seen) == 1 else None,
        threads_asked=where.threads,
        cpu_over_wall=comparison.processor_share(blocks),
        allocator=where.allocator,
        involuntary_switches=sum(block.switches or 0 for block in blocks),
        load_1m=where.load_1m,
        pressure=where.pressure,
        core_speed=where.core_speed,
        disturbed_blocks=len(blocks) - guards.sound(blocks),
        wait_s=entry.replicates[0].prepared.wait_s,
        foreign_processes=where.foreign,
    )


def _published(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks, each with the statistic that was chosen for all of them."""
    slow = bool(blocks) and comparison.is_slow(comparison.counted(blocks))
    return tuple(replace(b, statistic_s=comparison.value(b, slow)) for b in blocks)

"""Whether a run adds up: its figures come out of its blocks, and no figure is beyond its host.

Pure. For runs that come from elsewhere: what the probes write themselves passes by construction.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from framework_probes import conclusions
from framework_probes.catalogue import CATALOGUE
from framework_probes.comparison import NotRecomputable
from framework_probes.deployed import Deployed
from framework_probes.entries import block_of
from framework_probes.export import MeasuredHost
from framework_probes.protocol import Ran
from framework_probes.recomputation import recompute
from framework_probes.results import Block, Environment, Outcome, Pair, Peaks, Result, Time

#: Figures that are worked out again may differ by so much: libraries of mathematics of two systems
#: disagree in the last digits of a logarithm.
SAME = 1e-9
#: A ceiling is measured too, before the frameworks, and the host may have been busier then: so many
#: times faster than the roofline is still believed.
CEILING = 1.25
#: What can be an id: it stands in addresses and in columns of a database.
ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What does not add up: where (JSON pointer), what it says, and what was to be expected."""

    pointer: str
    said: str
    expected: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that a run says."""

    run: str
    hosts: tuple[MeasuredHost, ...]
    environments: tuple[Environment, ...]
    results: tuple[Result, ...]
    pairs: tuple[Pair, ...]


def flaws(content: Content) -> Iterator[Flaw]:
    """Everything that does not add up, in the order of the document.

    Pairs are looked at only where every result is sound: they are made of the same blocks.
    """
    found = [*_strangers(content)]
    peaks = {each.host.id: each.peaks for each in content.hosts}
    for number, result in enumerate(content.results):
        found += _of_result(f"/results/{number}", result, peaks.get(result.host))
    yield from found or _of_pairs(content)


def _strangers(content: Content) -> Iterator[Flaw]:
    """Ids that are none, or name what the document does not hold, or stand twice."""
    yield from _id("/run/id", content.run)
    for number, each in enumerate(content.hosts):
        yield from _id(f"/hosts/{number}/host/id", each.host.id)
    for number, environment in enumerate(content.environments):
        yield from _id(f"/environments/{number}/id", environment.id)
    hosts = {each.host.id for each in content.hosts}
    environments = {each.id for each in content.environments} | {""}
    seen: set[str] = set()
    for number, result in enumerate(content.results):
        at = f"/results/{number}"
        yield from _one_of(f"{at}/run", result.run, {content.run})
        yield from _one_of(f"{at}/host", result.host, hosts)
        yield from _one_of(f"{at}/environment", result.environment, environments)
        yield from _id(f"{at}/id", result.id)
        if result.id in seen:
            yield Flaw(f"{at}/id", f"{result.id} stands twice", "each result once")
        seen.add(result.id)
    for number, pair in enumerate(content.pairs):
        yield from _one_of(f"/pairs/{number}/run", pair.run, {content.run})
        yield from _one_of(f"/pairs/{number}/host", pair.host, hosts)


def _id(pointer: str, given: str) -> Iterator[Flaw]:
    if not ID.fullmatch(given):
        yield Flaw(pointer, f"{given!r:.60} is no id", "1 to 64 of A-Z, a-z, 0-9, _, . and -")


def _one_of(pointer: str, given: str, known: set[str]) -> Iterator[Flaw]:
    if given not in known:
        names = ", ".join(sorted(known - {""})) or "none"
        yield Flaw(pointer, f"{given!r} is not in the document", f"one of {names}")


def _of_result(at: str, result: Result, peaks: Peaks | None) -> Iterator[Flaw]:
    if result.deployed is not None:
        yield from _of_deployed(f"{at}/deployed", result.outcome, result.deployed)
        return
    if result.time is None:
        if result.outcome == "ok":
            yield Flaw(f"{at}/time", "it is ok and has no time", "a time, or another outcome")
        return
    broken = [*_of_blocks(f"{at}/blocks", result.blocks)]
    if broken:
        yield from broken
        return
    try:
        made = conclusions.steady(result.blocks)
    except NotRecomputable as error:
        yield Flaw(f"{at}/blocks", str(error), "blocks as today's probes write them")
    except ValueError as error:
        yield Flaw(f"{at}/blocks", f"no time comes out of them: {error}", "positive times")
    else:
        yield from _differs(f"{at}/time", result.time, made)
        yield from _too_fast(at, result, result.time.seconds, peaks)


def _of_deployed(at: str, outcome: Outcome, deployed: Deployed) -> Iterator[Flaw]:
    """An export that is ok ran, and is as close to the reference as its precision asks."""
    found, latency = deployed.parity, deployed.latency
    if outcome == "ok" and found is None:
        yield Flaw(f"{at}/parity", "it is ok and was not compared", "a parity, or another outcome")
    elif outcome == "ok" and found is not None:
        if not found.relative <= found.tolerance:
            said = f"{found.relative:.3g} is more than the tolerance and the outcome is ok"
            yield Flaw(f"{at}/parity/relative", said, f"at most {found.tolerance:.3g}")
        if found.top1_at_least is not None and (found.top1 or 0.0) < found.top1_at_least:
            said = f"{found.top1} is less than what is asked and the outcome is ok"
            yield Flaw(f"{at}/parity/top1", said, f"at least {found.top1_at_least:.3g}")
    if latency is not None and not 0 < latency.p50 <= latency.p90:
        yield Flaw(f"{at}/latency", f"{latency.p50} and {latency.p90}", "0 < p50 <= p90")


def _of_blocks(at: str, blocks: Sequence[Block]) -> Iterator[Flaw]:
    """A block's own figures are those of its samples."""
    for number, block in enumerate(blocks):
        walls, cpus = block.wall_samples_s, block.cpu_samples_s
        if not walls and not cpus:
            continue
        if len(walls) != len(cpus):
            said = f"{len(walls)} samples of wall time, {len(cpus)} of processor time"
            yield Flaw(f"{at}/{number}", said, "as many of one as of the other")
            continue
        made = block_of(Ran(block.iterations, walls, cpus, 0, 1, 0), 0, 0, 0)
        for name in ("wall_s", "cpu_s", "wall_quartile_s", "cpu_quartile_s"):
            yield from _unlike(f"{at}/{number}/{name}", getattr(block, name), getattr(made, name))


def _differs(at: str, said: Time, made: Time) -> Iterator[Flaw]:
    yield from _unlike(f"{at}/seconds", said.seconds, made.seconds)
    for number, (one, other) in enumerate(zip(said.ci95, made.ci95, strict=True)):
        yield from _unlike(f"{at}/ci95/{number}", one, other)
    for name in ("statistic", "blocks", "replicates"):
        yield from _unlike(f"{at}/{name}", getattr(said, name), getattr(made, name))


def _unlike(pointer: str, said: Any, made: Any) -> Iterator[Flaw]:
    close = isinstance(said, float) and math.isclose(said, made, rel_tol=SAME)
    if not close and said != made:
        yield Flaw(pointer, f"{said!r} is not what the raw blocks give", f"{made!r}")


def _too_fast(at: str, result: Result, seconds: float, peaks: Peaks | None) -> Iterator[Flaw]:
    """Faster than the machine can be, by the roofline that it names or by ours of its peaks."""
    bounds = []
    if result.reference is not None and result.reference.kind == "roofline":
        bounds.append(result.reference.seconds)
    if result.rate is not None and result.rate.of_roofline is not None:
        bounds.append(result.rate.of_roofline * seconds)
    probe = CATALOGUE.get(result.probe)
    if probe is not None and (probe.shape, probe.dtype) == (result.shape, result.dtype):
        ours = conclusions.roofline(probe, peaks)
        bounds += [] if ours is None else [ours]
    if bounds and max(bounds) > CEILING * seconds:
        yield Flaw(
            f"{at}/time/seconds",
            f"{seconds:.3g} s is {max(bounds) / seconds:.2f} times as fast as its host's roofline "
            f"allows, {max(bounds):.3g} s",
            f"{max(bounds) / CEILING:.3g} s or more",
        )


def _of_pairs(content: Content) -> Iterator[Flaw]:
    made = {_whose(pair): pair for pair in recompute(content.results).pairs}
    for number, pair in enumerate(content.pairs):
        at, ours = f"/pairs/{number}", made.get(_whose(pair))
        if ours is None:
            yield Flaw(at, "its two results are not there, or not ok", "a pair of the results")
            continue
        yield from _unlike(f"{at}/ratio", pair.ratio, ours.ratio)
        for side, (one, other) in enumerate(zip(pair.ci95, ours.ci95, strict=True)):
            yield from _unlike(f"{at}/ci95/{side}", one, other)
        for name in ("verdict", "rounds", "replicates", "spread"):
            yield from _unlike(f"{at}/{name}", getattr(pair, name), getattr(ours, name))


def _whose(pair: Pair) -> tuple[object, ...]:
    return pair.host, pair.probe, pair.dtype, pair.device, pair.a, pair.b

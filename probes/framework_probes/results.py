"""What a probe run says, as frozen dataclasses that travel as JSON.

Standard library only: the worker imports this inside the framework's own interpreter.
Times are seconds, sizes are bytes, rates are per second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from framework_probes.deployed import Deployed

Framework = Literal["pytorch", "tensorflow", "keras", "jax"]
Tier = Literal["eager", "compiled"]
Outcome = Literal[
    "ok",
    "not_installed",
    "unsupported",
    "not_run",
    "wrong_result",
    "unstable",
    "contended",
    "throttled",
    "oom",
    "timeout",
    "crash",
    "cancelled",
    "compiled_only",
]
#: Outcomes that mean that something went wrong, not that the host was busy or lacks something.
FAILED: frozenset[Outcome] = frozenset({"wrong_result", "oom", "timeout", "crash"})
Verdict = Literal["faster", "slower", "same", "ambiguous"]


@dataclass(frozen=True, slots=True, order=True)
class Contender:
    """Who was measured. ``backend`` is given for Keras alone.

    ``variant`` tells ways apart that one tier has: ``xla`` for ``tf.function`` with XLA, ``fit``
    for Keras by its own trainer (``fit`` and ``predict``) rather than by its layers alone, ``nchw``
    for images with channels first, whatever suits the framework; None is the usual way.
    """

    framework: Framework
    backend: Framework | None
    tier: Tier
    variant: str | None = None

    @property
    def subject(self) -> str:
        """``pytorch``, ``keras:jax``: the framework, with its backend where it has several."""
        return f"{self.framework}:{self.backend}" if self.backend else self.framework


@dataclass(frozen=True, slots=True)
class Equality:
    """How the result compared with the float64 reference, before any timing."""

    reference: str
    compared: tuple[str, ...]
    error: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class Cold:
    """Costs paid once, apart from the steady time. None: not observed.

    Attributes:
        import_s: of the framework.
        first_call_s: of the step, tracing and compiling included; ``second_call_s``: of the next.
        to_steady_s: all calls together until they take what they take for good.
        compile_s: what the first call costs beyond a steady one, in a compiled tier.
        recompile_s: what the first call on half of the batch costs beyond the next: for a new shape
            compilers start anew. Asked in the pass that tells memory, of probes with a batch.
        pays_off_after: steps from which on the compiled tier has cost less than the eager one of
            the same subject, first calls included; None where it never does or nobody can tell.
        own_process: whether the process did nothing before this probe. In the quick suite it has
            run other probes, and other workers import and compile beside it.
    """

    import_s: float | None = None
    first_call_s: float | None = None
    second_call_s: float | None = None
    to_steady_s: float | None = None
    compile_s: float | None = None
    pays_off_after: int | None = None
    own_process: bool | None = None
    recompile_s: float | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory that a probe takes, in bytes.

    Attributes:
        peak_rss: largest resident memory of the process while it was built, compiled and run.
        rss_before: resident memory with the framework imported and nothing built.
        device_peak: the device allocator's own peak; None on the CPU.
        own_pass: whether a process that timed nothing and ran nothing else was asked.
    """

    peak_rss: int | None
    rss_before: int | None
    device_peak: int | None
    own_pass: bool


@dataclass(frozen=True, slots=True)
class CacheTimes:
    """Seconds of single iterations on a device, its last cache warm from the one before or flushed.

    Attributes:
        by: the device's own events, or wall time with waiting.
        warm_s: lower quartile with a warm cache; ``cold_s``: with a flushed one.
        flushed_bytes: so much was read, and as much written, before each cold iteration.
    """

    by: Literal["events", "wall"]
    warm_s: float
    cold_s: float
    flushed_bytes: int


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Wall seconds that half, 90% and 99% of single calls kept within, each call waited for.

    Attributes:
        calls: how many were counted.
        reason: why one of the percentiles is None: it takes more calls than that.
    """

    p50: float | None
    p90: float | None
    p99: float | None
    calls: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds per iteration in steady state, with a 95% interval.

    With one replicate the interval is over the blocks of one process and holds for it alone; with
    several it is the larger of that and of what differs between processes.

    On another device than the processor: ``device_s`` by its own clock, None where the framework
    hands out no events; ``cache``: how much a warm last cache is worth. ``percentiles``: of probes
    whose iteration answers one request.
    """

    statistic: str
    seconds: float
    ci95: tuple[float, float]
    blocks: int
    replicates: int
    cold: Cold = Cold()
    memory: Memory | None = None
    device_s: float | None = None
    cache: CacheTimes | None = None
    percentiles: Percentiles | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """The framework-free time that a time is judged against, on that host.

    ``roofline``: the larger of FLOPs over the measured peak and bytes over the measured
    bandwidth. ``numpy``: the same work done by NumPy, measured in the same run.
    """

    kind: Literal["roofline", "numpy"]
    seconds: float


@dataclass(frozen=True, slots=True)
class Rate:
    """Work per second, and how much of what the host can do that is.

    ``of_roofline``: the time that the host's measured ceilings allow over the measured time.
    Source: Williams, Waterman and Patterson, Roofline, Communications of the ACM 52 (2009). None
    where a ceiling is not known.
    """

    flops_per_s: float | None
    bytes_per_s: float | None
    of_roofline: float | None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which conditions the blocks were taken, as seen and not only as asked.

    Attributes:
        core: where the kernel said that all blocks ran; None if on several.
        threads_asked: of the framework.
        cpu_over_wall: processor time over wall time, the median over blocks.
        allocator: its settings.
        involuntary_switches: how often the process was put off its core.
        load_1m: the machine's load when the probe was done.
        pressure: share of the time in which some process of the machine waited for a processor.
        core_speed: lowest speed of the core around a round, against the best that was seen.
        disturbed_blocks: how many blocks were labelled and not counted.
        wait_s: what waiting costs where nothing is left to wait for; paid once a sample.
        foreign_processes: who else computed on the device; None where nobody could be asked.
    """

    core: int | None
    threads_asked: int
    cpu_over_wall: float | None
    allocator: str
    involuntary_switches: int | None
    load_1m: float | None
    pressure: float | None = None
    core_speed: float | None = None
    disturbed_blocks: int | None = None
    wait_s: float | None = None
    foreign_processes: tuple[str, ...] | None = None


#: Why a block is not counted: labelled and kept, and taken again up to a bound.
Disturbance = Literal["contended", "throttled"]


@dataclass(frozen=True, slots=True)
class Block:
    """One raw block: its place in the session, and what its samples took.

    A sample is one or several iterations that were waited for together. All times are seconds per
    iteration. Blocks of one replicate and round were taken right after each other and are paired.

    Attributes:
        order: place among all blocks of the session.
        iterations: in all samples together.
        wall_s: mean over the samples; ``cpu_s``: the same of processor time of all threads.
        statistic_s: the quartile of which the result's own time is made.
        replicate: number of the process, from 0; ``round``: within it, from 0. Runs kept before
            both were recorded hold None as the round.
        wall_quartile_s: lower quartile over the samples; ``cpu_quartile_s``: of processor time.
        wall_samples_s: of each sample; ``cpu_samples_s``: its processor time.
        switches: how often the process was put off its core.
        disturbed: why it is not counted, None where it is.
        off_processor: another device, or other processes, did the work: processor time of this
            one says nothing of it.
        device_samples_s: of each sample by the device's own clock; empty where it has none to read.
        clocks_mhz: of the device right after each sample; empty where nobody tells.
    """

    order: int
    iterations: int
    wall_s: float
    cpu_s: float
    statistic_s: float
    replicate: int = 0
    round: int | None = None
    wall_quartile_s: float | None = None
    cpu_quartile_s: float | None = None
    wall_samples_s: tuple[float, ...] = ()
    cpu_samples_s: tuple[float, ...] = ()
    switches: int | None = None
    disturbed: Disturbance | None = None
    off_processor: bool = False
    device_samples_s: tuple[float, ...] = ()
    clocks_mhz: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What one measurement of one contender says.

    ``deployed`` is given in the suite ``deployment`` alone, whose probes are ``deployment.cnn`` and
    so on by model, and whose contenders' variants are the paths.
    """

    id: str
    run: str
    host: str
    environment: str
    probe: str
    shape: str
    dtype: str
    layout: str
    device: str
    contender: Contender
    compiler: str | None
    outcome: Outcome
    reason: str | None = None
    equality: Equality | None = None
    time: Time | None = None
    reference: Reference | None = None
    rate: Rate | None = None
    peak_rss_bytes: int | None = None
    conditions: Conditions | None = None
    blocks: tuple[Block, ...] = ()
    deployed: Deployed | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contenders on one probe, timed alternately.

    ``ratio`` is time of b over time of a: 2 says that a is twice as fast. ``verdict`` is of a
    against b.
    """

    run: str
    host: str
    probe: str
    dtype: str
    device: str
    a: Contender
    b: Contender
    ratio: float
    ci95: tuple[float, float]
    verdict: Verdict
    rounds: int
    replicates: int
    spread: float


@dataclass(frozen=True, slots=True)
class Hardware:
    """What a machine is beyond its make, and what may be used of it; None: unknown or no limit.

    Attributes:
        microcode: of the processor; ``caches``: bytes by ``L1d``, ``L1i``, ``L2``, ``L3``.
        features: instructions that decide which kernels a library takes, AVX-512 and AMX among
            them.
        governor: of the clock; ``virtualisation``: ``none``, or of what kind the machine is.
        cpu_quota: processors' worth of time that a control group allows; ``cpuset``: the cores;
            ``memory_limit_bytes``: the memory.
        drivers: versions of accelerators' kernel drivers.
    """

    microcode: str | None = None
    caches: dict[str, int] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    governor: str | None = None
    virtualisation: str | None = None
    cpu_quota: float | None = None
    cpuset: str | None = None
    memory_limit_bytes: int | None = None
    drivers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Host:
    """Fingerprint of a machine.

    ``id`` is a digest of its make alone: operating system, architecture, processor, usable cores,
    memory in GiB and accelerators. ``hardware`` is no part of it: microcode, limits and drivers
    change while the machine stays the same. None in runs kept before it stood here.
    """

    id: str
    name: str
    system: str
    machine: str
    cpu: str
    cores: int
    memory_bytes: int
    accelerators: tuple[str, ...]
    hardware: Hardware | None = None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The best rate that one library reached on this host at one kind of work.

    Attributes:
        work: ``product`` of matrices, in FLOP/s; ``traffic``, in bytes/s.
        dtype: of the numbers.
        footprint: of traffic, the bytes that are worked on again and again: what a cache holds
            comes faster. None for products.
        per_s: the best of all samples.
        looks: the lowest and the highest of what five looks at it found.
        library: name and version of what did it; ``method``: the work that was best.
    """

    work: Literal["product", "traffic"]
    dtype: str
    footprint: int | None
    per_s: float
    looks: tuple[float, float]
    library: str
    method: str


@dataclass(frozen=True, slots=True)
class Peaks:
    """What this host reaches at best, with the threads that a worker has.

    Attributes:
        flops_per_s: of float32 matrix products; ``bytes_per_s``: of memory beyond all caches.
        method: how NumPy found these two.
        ceilings: all that was found, of each library that was asked; empty in runs kept before
            they stood here.
        core: that all were measured on; None if on several.
        threads: of each library.
    """

    flops_per_s: float
    bytes_per_s: float
    method: str
    ceilings: tuple[Ceiling, ...] = ()
    core: int | None = None
    threads: int = 1

    def flops_in(self, dtype: str) -> float | None:
        """FLOP/s in that dtype; None where nobody was asked.

        What is narrower than float32 may be computed in float32, and some libraries do.
        """
        wider = ("float32",) if dtype in ("bfloat16", "float16", "tf32") else ()
        found = [self.flops_per_s] if dtype == "float32" else []
        found += [c.per_s for c in self.ceilings if c.work == "product" and c.dtype == dtype]
        if found and wider:
            found += [self.flops_in(each) or 0.0 for each in wider]
        return max(found, default=None)

    def bytes_over(self, footprint: int) -> float:
        """Bytes/s of work on so many bytes: what the next smaller footprint reached, or less."""
        traffic = [(c.footprint, c.per_s) for c in self.ceilings if c.work == "traffic"]
        sizes = sorted({size for size, _ in traffic if size is not None})
        known = [(size, max(per_s for other, per_s in traffic if other == size)) for size in sizes]
        below = [per_s for size, per_s in known if size <= footprint]
        if below:
            # Whoever fills a larger cache is no faster than the best that was seen beyond it.
            return max(below[-1], *(per_s for size, per_s in known if size > footprint), 0.0)
        return max((per_s for _, per_s in known), default=self.bytes_per_s)

    def best(self) -> tuple[Ceiling, ...]:
        """Of each kind of work, the library that was best."""
        found: dict[tuple[str, str, int | None], Ceiling] = {}
        for each in self.ceilings:
            kind = (each.work, each.dtype, each.footprint)
            if kind not in found or found[kind].per_s < each.per_s:
                found[kind] = each
        return tuple(found.values())

    def also(self, more: Iterable[Ceiling]) -> Peaks:
        """With what another library reached, or the same one at another time."""
        ceilings = (*self.ceilings, *more)
        products = [c.per_s for c in ceilings if c.work == "product" and c.dtype == "float32"]
        memory = max((c.footprint or 0 for c in ceilings), default=0)
        traffic = [c.per_s for c in ceilings if c.work == "traffic" and c.footprint == memory]
        return replace(
            self,
            flops_per_s=max(self.flops_per_s, *products, 0.0),
            bytes_per_s=max(self.bytes_per_s, *traffic, 0.0),
            ceilings=ceilings,
        )


@dataclass(frozen=True, slots=True)
class Environment:
    """What a worker ran in: interpreter, packages, settings."""

    id: str
    framework: Framework
    backend: Framework | None
    python: str
    packages: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """Somebody's own file, and how it was measured. ``name``: without its folder."""

    name: str
    sha256: str
    tiers: tuple[Tier, ...]
    thorough: bool


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to measure. ``frameworks`` and ``probes`` None: all of the suite.

    ``own``: of the suite ``mine``, which is of no catalogue, what was brought.
    """

    run: str
    suite: str = "quick"
    frameworks: tuple[Framework, ...] | None = None
    probes: tuple[str, ...] | None = None
    device: str = "cpu"
    budget_s: float | None = None
    seed: int = 0
    own: OwnFile | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """First event of a run. ``peaks`` None: they could not be measured.

    ``request`` is what a run that was killed is resumed by; runs kept before it stood here hold
    None.
    """

    host: Host
    peaks: Peaks | None
    planned: int
    request: RunRequest | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What goes on now; ``done`` of ``planned`` results."""

    done: int
    planned: int
    message: str


#: ``Peaks`` is said again whenever a framework has shown what it reaches.
Event = Started | Peaks | Environment | Result | Pair | Progress

"""What a probe run says, as frozen dataclasses that travel as JSON.

Standard library only: the worker imports this inside the framework's own interpreter.
Times are seconds, sizes are bytes, rates are per second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

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
    """Who was measured. ``backend`` is given for Keras alone."""

    framework: Framework
    backend: Framework | None
    tier: Tier

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
    """Costs paid once. None: not observed.

    In the quick suite the process has run other probes before, and other workers import and compile
    beside it; the full suite takes a fresh process for each probe.
    """

    import_s: float | None = None
    first_call_s: float | None = None
    second_call_s: float | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds per iteration in steady state, with a 95% interval over blocks."""

    statistic: str
    seconds: float
    ci95: tuple[float, float]
    blocks: int
    replicates: int
    cold: Cold = Cold()


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
    """Work per second; ``of_roofline`` is reference seconds over measured seconds."""

    flops_per_s: float | None
    bytes_per_s: float | None
    of_roofline: float | None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which conditions the blocks were taken, as seen and not only as asked."""

    core: int | None
    threads_asked: int
    cpu_over_wall: float | None
    allocator: str
    involuntary_switches: int | None
    load_1m: float | None


@dataclass(frozen=True, slots=True)
class Block:
    """One raw block: its place in the session, iterations, and seconds per iteration."""

    order: int
    iterations: int
    wall_s: float
    cpu_s: float
    statistic_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """What one measurement of one contender says."""

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
class Host:
    """Fingerprint of a machine. ``id`` is a digest of what does not change between boots."""

    id: str
    name: str
    system: str
    machine: str
    cpu: str
    cores: int
    memory_bytes: int
    accelerators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Peaks:
    """What this host reached without any framework, on one core."""

    flops_per_s: float
    bytes_per_s: float
    method: str


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
class RunRequest:
    """What to measure. ``frameworks`` and ``probes`` None: all of the suite."""

    run: str
    suite: str = "quick"
    frameworks: tuple[Framework, ...] | None = None
    probes: tuple[str, ...] | None = None
    device: str = "cpu"
    budget_s: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Started:
    """First event of a run. ``peaks`` None: they could not be measured."""

    host: Host
    peaks: Peaks | None
    planned: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What goes on now; ``done`` of ``planned`` results."""

    done: int
    planned: int
    message: str


Event = Started | Environment | Result | Pair | Progress

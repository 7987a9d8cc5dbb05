"""What a session says to a worker, and what a worker answers. One line of JSON each.

Every command gets exactly one reply: its own kind, or :class:`Refused`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from framework_probes.results import (
    CacheTimes,
    Ceiling,
    Equality,
    Framework,
    Outcome,
    Peaks,
    Tier,
)


@dataclass(frozen=True, slots=True)
class Load:
    """Import the framework, to compute on that kind of device. Answered by :class:`Loaded`."""

    framework: str
    backend: str | None
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The framework is imported: how long that took, and what it says about itself."""

    import_s: float
    python: str
    packages: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepare:
    """Build a probe in a tier, call it, prove it right. Answered by :class:`Prepared`."""

    probe: str
    tier: Tier
    seed: int
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The program is right and ready to be timed.

    ``iteration_s`` is a first guess of its time, ``batch`` how many iterations make one sample,
    ``to_steady_s`` what the calls before the first steady one took together, ``wait_s`` what
    waiting costs where nothing is left to wait for, ``cache`` what single iterations take on a
    device whose cache is warm or flushed.
    """

    first_call_s: float
    second_call_s: float
    iteration_s: float
    batch: int
    equality: Equality
    layout: str
    compiler: str | None
    peak_rss_bytes: int | None
    to_steady_s: float | None = None
    wait_s: float | None = None
    cache: CacheTimes | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """Run every thread of the worker on these cores alone. Answered by :class:`Pinned`."""

    cores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pinned:
    """The cores that the worker may use now; none where the system has no affinity."""

    cores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Time one block of so many seconds of a prepared tier. Answered by :class:`Ran`."""

    tier: Tier
    seconds: float
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """One block: seconds per iteration of each sample, by wall and by processor time.

    Processor time is of all threads of the process. ``switches`` counts how often it was put off
    its core, ``traces`` what was compiled since the program was prepared. ``off_processor``:
    another device did the work; ``device_s`` then holds its own clock's seconds of each sample, and
    ``clocks_mhz`` how fast it ran right after each, where the framework and the driver tell.
    """

    iterations: int
    walls_s: tuple[float, ...]
    cpus_s: tuple[float, ...]
    switches: int
    core: int | None
    traces: int
    device_s: tuple[float, ...] = ()
    clocks_mhz: tuple[float, ...] = ()
    top_clock_mhz: float | None = None
    off_processor: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """Look at what a timed iteration of a tier computed. Answered by :class:`Checked`."""

    tier: Tier
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The timed results are as right as the first ones were."""


@dataclass(frozen=True, slots=True)
class Weigh:
    """Build and run a probe to see what memory it takes, untimed. Answered by :class:`Weighed`.

    Only the first such command to a process tells what the probe alone takes.
    """

    probe: str
    tier: Tier
    seed: int
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """Bytes: resident before it was built, the peak until it had run, the device's own peak.

    ``recompile_s``: afterwards, what the first call on half of the batch cost beyond the next.
    """

    rss_before: int | None
    peak_rss: int | None
    device_peak: int | None
    recompile_s: float | None = None


@dataclass(frozen=True, slots=True)
class Describe:
    """Say what is in somebody's own file. Answered by :class:`Described`."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a file holds; see ``mine.definition``.

    ``probes``: inference, then the training step where there is one. ``referenced``: whether NumPy
    says what must come out. ``inputs``: their names.
    """

    probes: tuple[str, ...]
    frameworks: tuple[Framework, ...]
    kind: str
    referenced: bool
    inputs: tuple[str, ...]
    shape: str
    dtype: str
    tolerance: float
    gradients: bool
    flops: int | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Testify:
    """Compute a probe of a file, for the others to be compared with. See ``mine.witness``."""

    probe: str
    seed: int


@dataclass(frozen=True, slots=True)
class Testified:
    """The results are where the other workers find them."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop every prepared program. Answered by :class:`Forgotten`."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Nothing is prepared any more."""


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Find the core that is fastest now. Answered by :class:`Calibrated`."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The fastest core, with the seconds that each one took for the same work."""

    core: int | None
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gauge:
    """Look how fast this process's core is now. Answered by :class:`Gauged`."""


@dataclass(frozen=True, slots=True)
class Gauged:
    """Seconds of the arithmetic by which cores are calibrated, the best of some tries."""

    seconds: float


@dataclass(frozen=True, slots=True)
class MeasurePeaks:
    """Measure what this host reaches without a framework. Answered by ``results.Peaks``.

    ``seconds`` go to the products of each dtype, and half as many to each size of traffic.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class Reach:
    """Measure the products that the framework reaches in some dtypes. Answered by :class:`Reached`.

    ``seconds`` go to each dtype.
    """

    dtypes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Reached:
    """Those of them that its device has."""

    ceilings: tuple[Ceiling, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """Write a model's artefact. Answered by :class:`Exported`. See ``deployment.artefacts``.

    ``folder`` is not there yet; ``before``: of the exporter before this one. ``needs``: modules
    that are imported first, untimed; ``distributions``: whose versions are told;
    ``environment``: folder of what was built for the exporter.
    """

    model: str
    framework: Framework
    backend: Framework | None
    exporter: str
    folder: str
    seed: int
    before: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """The artefact is written: how long that took, imports apart, and its bytes."""

    export_s: float
    import_s: float
    bytes: int
    python: str
    versions: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Serve:
    """Run an artefact on the rows in a file. Answered by :class:`Answered`."""

    model: str
    framework: Framework
    backend: Framework | None
    runtime: str
    folder: str
    inputs: str
    outputs: str
    seed: int
    options: dict[str, str] = field(default_factory=dict)
    installs: tuple[str, ...] = ()
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came out is in the file; the rest as in ``deployment.artefacts.Served``.

    ``frameworks``: those that this process has imported.
    """

    p50: float | None
    p90: float | None
    calls: int
    per_s: float | None
    batch: int | None
    load_s: float | None
    arena_bytes: int | None
    installed_bytes: int | None
    peak_rss: int | None
    python: str
    frameworks: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """Train together with other processes. Answered by :class:`Joined`. See ``distributed``.

    ``addresses``: host and port of each process, or of the first alone; ``gradients``: the file
    that they are written to.
    """

    way: str
    rank: int
    addresses: tuple[str, ...]
    seed: int
    gradients: str
    distributions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """The gradients are in the file; seconds of the first step, and of those of each block."""

    first_step_s: float
    walls_s: tuple[tuple[float, ...], ...]
    cpus_s: tuple[tuple[float, ...], ...]
    python: str
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """The command was not done: a failure as a value, with a reason of one line."""

    outcome: Outcome
    reason: str


#: How frameworks and their runtimes say that memory ran out; few raise MemoryError.
OUT_OF_MEMORY = (
    "out of memory",
    "out_of_memory",
    "resource_exhausted",
    "resourceexhausted",
    "can't allocate memory",
    "[errno 12]",
    "bad_alloc",
    "memoryerror",
)


def is_out_of_memory(said: str) -> bool:
    """Whether these words of a framework say that memory ran out."""
    return any(words in said.lower() for words in OUT_OF_MEMORY)


Command = (
    Load
    | Prepare
    | Pin
    | Run
    | Check
    | Weigh
    | Describe
    | Testify
    | Forget
    | Calibrate
    | Gauge
    | MeasurePeaks
    | Reach
    | Export
    | Serve
    | Join
)
Reply = (
    Loaded
    | Prepared
    | Pinned
    | Ran
    | Checked
    | Weighed
    | Described
    | Testified
    | Forgotten
    | Calibrated
    | Gauged
    | Peaks
    | Reached
    | Exported
    | Answered
    | Joined
    | Refused
)

COMMANDS: tuple[type, ...] = (
    Load,
    Prepare,
    Pin,
    Run,
    Check,
    Weigh,
    Describe,
    Testify,
    Forget,
    Calibrate,
    Gauge,
    MeasurePeaks,
    Reach,
    Export,
    Serve,
    Join,
)
REPLIES: tuple[type, ...] = (
    Loaded,
    Prepared,
    Pinned,
    Ran,
    Checked,
    Weighed,
    Described,
    Testified,
    Forgotten,
    Calibrated,
    Gauged,
    Peaks,
    Reached,
    Exported,
    Answered,
    Joined,
    Refused,
)

"""What one export says that was run in its target's own runtime: part of a result.

Standard library only, as ``results``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

#: Where an artefact is meant to run. ``server``: on a processor, by a runtime or the framework.
Target = Literal[
    "server", "browser", "node", "microcontroller", "npu", "android", "ios", "cuda", "tpu"
]
Precision = Literal["float32", "bfloat16", "int8"]


@dataclass(frozen=True, slots=True)
class Parity:
    """How the artefact's outputs, in its runtime, compare with float64 NumPy on the same inputs.

    Attributes:
        max_abs: largest absolute difference of an output.
        relative: Frobenius norm of the difference over that of the reference.
        top1: share of rows whose largest output is the reference's, 0..1; None where outputs are
            no scores of classes.
        tolerance: largest ``relative`` that passes, of that precision; ``top1_at_least``: the same
            for ``top1``, None where it is not asked.
        rows: how many were compared.
    """

    max_abs: float
    relative: float
    top1: float | None
    tolerance: float
    top1_at_least: float | None
    rows: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of single requests with one thread, each waited for; ``calls``: how many.

    ``source_p50``: of the framework that was exported, the same request in the same run, with one
    thread too; None where it could not be asked. ``per_s``: rows answered a second in a batch of
    ``batch``; None where a batch cannot be had.
    """

    p50: float
    p90: float
    calls: int
    source_p50: float | None
    per_s: float | None
    batch: int | None


@dataclass(frozen=True, slots=True)
class Deployed:
    """One way from a framework to a target, and what came of it on this host.

    A way that failed has ``outcome`` and ``reason`` in its result, and here what was reached.

    Attributes:
        path: its name in the data file ``deployment/paths.toml``.
        model: the reference model, ``cnn`` or ``encoder``, or a name that a user gave.
        exporter: what wrote the artefact; ``artefact``: its format; ``runtime``: what ran it.
        targets: what the runtime stands for, the one that it ran as first.
        proves: what this run shows, and what it does not, one sentence.
        export_s: seconds that exporting took, imports not counted.
        artefact_bytes: of all files that have to be shipped.
        runtime_bytes: installed size of what has to be on the target; None if not known.
        peak_rss: of the process that ran it, bytes.
        arena_bytes: of an interpreter that has one.
        versions: of everything that took part.
        notes: what went on beside, a warning that tells something above all.
    """

    path: str
    model: str
    exporter: str
    artefact: str
    runtime: str
    targets: tuple[Target, ...]
    precision: Precision
    proves: str
    export_s: float | None = None
    artefact_bytes: int | None = None
    runtime_bytes: int | None = None
    parity: Parity | None = None
    latency: Latency | None = None
    peak_rss: int | None = None
    arena_bytes: int | None = None
    versions: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

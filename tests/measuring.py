"""Results as a probe run gives them, made up for tests of what becomes of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from framework_probes.conclusions import steady
from framework_probes.export import checksum, of_events
from framework_probes.recomputation import recompute
from framework_probes.results import (
    Block,
    Cold,
    Contender,
    Environment,
    Equality,
    Event,
    Host,
    Outcome,
    Pair,
    Peaks,
    Reference,
    Result,
    RunRequest,
    Started,
    Time,
)
from framework_probes.serialization import with_id

HOST = Host("host_made_up", "here", "Linux", "x86_64", "Some CPU", 2, 2**34, ())
PEAKS = Peaks(1e11, 1e10, "float32 matrix product; triad")
JAX = Contender("jax", None, "compiled")
PYTORCH = Contender("pytorch", None, "compiled")
ENVIRONMENT = Environment("env_jax", "jax", None, "3.11.9", {"jax": "0.10.2"}, {"threads": "1"})


def request(run: str = "run_1") -> RunRequest:
    return RunRequest(run=run, frameworks=("jax",), probes=("matmul",), budget_s=30.0)


def result(
    run: str = "run_1",
    probe: str = "matmul",
    contender: Contender = JAX,
    outcome: Outcome = "ok",
    seconds: float = 1e-3,
) -> Result:
    ok = outcome == "ok"
    return with_id(
        "res",
        Result(
            id="",
            run=run,
            host=HOST.id,
            environment=ENVIRONMENT.id,
            probe=probe,
            shape="512x512",
            dtype="float32",
            layout="row-major",
            device="cpu",
            contender=contender,
            compiler="XLA",
            outcome=outcome,
            reason=None if ok else "made up",
            equality=Equality("float64 NumPy", ("product",), 1e-7, 2e-5) if ok else None,
            time=Time("quartile", seconds, (seconds * 0.9, seconds * 1.1), 8, 1, Cold(1.0))
            if ok
            else None,
            reference=Reference("roofline", seconds / 2) if ok else None,
            blocks=(Block(0, 10, 0.01, 0.01, seconds),) if ok else (),
        ),
    )


def finished(run: str, probe: str, contender: Contender, seconds: float = 1e-3) -> Result:
    """A result with blocks of which its time can be made again."""
    blocks = tuple(
        Block(n, 10, s, s, s, round=n, wall_quartile_s=s, cpu_quartile_s=s)
        for n, s in enumerate(seconds * (1 + 0.01 * (n % 3)) for n in range(8))
    )
    made = replace(
        result(run, probe, contender),
        id="",
        blocks=blocks,
        time=replace(steady(blocks), cold=Cold(1.0)),
    )
    return with_id("res", made)


def pair(run: str = "run_1", ratio: float = 1.5) -> Pair:
    return Pair(
        run=run,
        host=HOST.id,
        probe="matmul",
        dtype="float32",
        device="cpu",
        a=JAX,
        b=PYTORCH,
        ratio=ratio,
        ci95=(ratio * 0.95, ratio * 1.05),
        verdict="faster",
        rounds=8,
        replicates=1,
        spread=0.02,
    )


def events(
    run: str = "run_1",
    probes: tuple[str, ...] = ("matmul", "dispatch"),
    host: Host = HOST,
    factor: float = 1.0,
) -> list[Event]:
    """A whole run of JAX and PyTorch that adds up, PyTorch taking twice as long."""
    results = [
        with_id("res", replace(finished(run, probe, by, seconds * factor), id="", host=host.id))
        for probe in probes
        for by, seconds in ((JAX, 1e-3), (PYTORCH, 2e-3))
    ]
    asked = RunRequest(run=run, frameworks=("jax", "pytorch"), probes=probes)
    return [
        Started(host, PEAKS, len(results), asked),
        ENVIRONMENT,
        *results,
        *recompute(results).pairs,
    ]


def export(
    run: str = "run_1",
    probes: tuple[str, ...] = ("matmul", "dispatch"),
    host: Host = HOST,
    factor: float = 1.0,
    finished_at: str = "2026-11-01T10:00:00Z",
) -> str:
    """The same as one document."""
    return of_events(events(run, probes, host, factor), finished_at)


def signed(content: dict[str, Any]) -> bytes:
    """A document that was altered, with the checksum that it then has to have."""
    return json.dumps(content | {"sha256": checksum(content)}).encode()

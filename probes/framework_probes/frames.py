"""A run as tidy tables: one row for each result, each raw block, each pair.

Needs pandas, which nothing else here does: ``pip install framework-advisor[frames]``. It is
imported when a table is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeAlias

from framework_probes.results import Block, Contender, Event, Pair, Result

#: A ``pandas.DataFrame``; this package must type-check where pandas is not installed.
Frame: TypeAlias = Any

#: What a result says of itself, in front of every row that belongs to it.
RESULT = ("id", "run", "host", "environment", "probe", "shape", "dtype", "layout", "device")
WHO = ("framework", "backend", "tier", "variant")
TIME = ("statistic", "seconds", "low", "high", "blocks", "replicates")
COLD = (
    "import_s",
    "first_call_s",
    "second_call_s",
    "to_steady_s",
    "compile_s",
    "recompile_s",
    "pays_off_after",
)
MEMORY = ("peak_rss", "rss_before", "device_peak", "own_pass")
CONDITIONS = (
    "core",
    "threads_asked",
    "cpu_over_wall",
    "involuntary_switches",
    "load_1m",
    "pressure",
    "core_speed",
    "disturbed_blocks",
    "wait_s",
)
PERCENTILES = ("p50", "p90", "p99", "calls")
RATE = ("flops_per_s", "bytes_per_s", "of_roofline")
SAMPLES = ("wall_samples_s", "cpu_samples_s")
BLOCK = tuple(field.name for field in fields(Block) if field.name not in SAMPLES)
PAIR = ("run", "host", "probe", "dtype", "device")


def results_frame(events: Iterable[Event]) -> Frame:
    """One row for each result; times in seconds, memory in bytes, missing where not measured."""
    columns = (
        *RESULT, *WHO, "compiler", "outcome", "reason", "error", "tolerance",
        *TIME, *PERCENTILES, *COLD, *MEMORY, *RATE, "reference", "reference_s", *CONDITIONS,
    )  # fmt: skip
    return _frame([_result(event) for event in events if isinstance(event, Result)], columns)


def blocks_frame(events: Iterable[Event]) -> Frame:
    """One row for each raw block, disturbed ones too; its samples stay in the events."""
    rows = [
        {**_who(result), "id": result.id, "outcome": result.outcome, **_picked(block, BLOCK)}
        for result in events
        if isinstance(result, Result)
        for block in result.blocks
    ]
    return _frame(rows, ("id", "run", "probe", *WHO, "outcome", *BLOCK))


def samples_frame(events: Iterable[Event]) -> Frame:
    """One row for each timed sample: seconds per iteration by wall and by processor time."""
    rows = [
        {
            **_who(result),
            **_picked(block, ("replicate", "round", "order")),
            "sample": number,
            "wall_s": wall,
            "cpu_s": cpu,
        }
        for result in events
        if isinstance(result, Result)
        for block in result.blocks
        for number, (wall, cpu) in enumerate(
            zip(block.wall_samples_s, block.cpu_samples_s, strict=True)
        )
    ]
    columns = ("run", "probe", *WHO, "replicate", "round", "order", "sample", "wall_s", "cpu_s")
    return _frame(rows, columns)


def pairs_frame(events: Iterable[Event]) -> Frame:
    """One row for each pair; ``ratio`` is time of b over time of a."""
    rows = [
        {
            **_picked(pair, (*PAIR, "ratio", "verdict", "rounds", "replicates", "spread")),
            **_contender(pair.a, "a_"),
            **_contender(pair.b, "b_"),
            "low": pair.ci95[0],
            "high": pair.ci95[1],
        }
        for pair in events
        if isinstance(pair, Pair)
    ]
    sides = tuple(f"{side}_{name}" for side in "ab" for name in WHO)
    columns = (*PAIR, *sides, "ratio", "low", "high", "verdict", "rounds", "replicates", "spread")
    return _frame(rows, columns)


def _result(result: Result) -> dict[str, object]:
    row = _picked(result, RESULT) | _who(result)
    row |= _picked(result, ("compiler", "outcome", "reason"))
    row |= _picked(result.equality, ("error", "tolerance"))
    row |= _picked(result.rate, RATE) | _picked(result.conditions, CONDITIONS)
    if result.reference is not None:
        row |= {"reference": result.reference.kind, "reference_s": result.reference.seconds}
    if result.time is not None:
        row |= _picked(result.time, ("statistic", "seconds", "blocks", "replicates"))
        row |= {"low": result.time.ci95[0], "high": result.time.ci95[1]}
        row |= _picked(result.time.percentiles, PERCENTILES)
        row |= _picked(result.time.cold, COLD) | _picked(result.time.memory, MEMORY)
    return row


def _who(result: Result) -> dict[str, object]:
    return {"run": result.run, "probe": result.probe, **_contender(result.contender)}


def _contender(contender: Contender, prefix: str = "") -> dict[str, object]:
    return {f"{prefix}{name}": getattr(contender, name) for name in WHO}


def _picked(record: object | None, names: Sequence[str]) -> dict[str, object]:
    return {} if record is None else {name: getattr(record, name) for name in names}


def _frame(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> Frame:
    try:
        import pandas
    except ImportError:
        raise ImportError(
            "pandas is not installed, and tables need it: pip install framework-advisor[frames]"
        ) from None
    return pandas.DataFrame(rows, columns=list(columns))

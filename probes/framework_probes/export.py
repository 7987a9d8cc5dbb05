"""A run as one JSON document that stands alone, ``probe-run-export/1``. Standard library only.

Hosts with their peaks, environments, results with every raw block, pairs: whoever has the document
has all that the run says, and can make its figures again. ``sha256`` is of the canonical JSON of
everything else in it, so that what was cut off or altered on the way is found out.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from framework_probes.results import (
    Environment,
    Event,
    Host,
    Outcome,
    Pair,
    Peaks,
    Result,
    RunRequest,
    Started,
)
from framework_probes.serialization import canonical, to_line

SCHEMA = "probe-run-export/1"
#: How a run ended.
Ended = Literal["succeeded", "partial", "failed", "cancelled", "interrupted"]
#: Outcomes that were to be expected on a host: nothing went wrong.
EXPECTED: frozenset[Outcome] = frozenset({"ok", "not_installed", "unsupported", "not_run"})
#: Parts of the document that are lists, each record of them on a line of its own.
LISTS = ("hosts", "environments", "results", "pairs")


@dataclass(frozen=True, slots=True)
class MeasuredHost:
    """A machine, and what it reached without any framework, where that was measured."""

    host: Host
    peaks: Peaks | None


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """What was asked, and how it ended. Moments are ISO 8601 with an offset."""

    id: str
    status: Ended
    request: RunRequest
    started_at: str | None
    finished_at: str
    message: str = ""


def document(
    run: Mapping[str, Any],
    hosts: Sequence[Mapping[str, Any]],
    environments: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    pairs: Sequence[Mapping[str, Any]],
) -> str:
    """The document of these parts, with its checksum."""
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "run": run,
        "hosts": hosts,
        "environments": environments,
        "results": results,
        "pairs": pairs,
    }
    lines = [f'{{"schema":"{SCHEMA}","sha256":"{checksum(content)}","run":{canonical(run)}']
    for name in LISTS:
        records = ",\n".join(map(canonical, content[name]))
        lines.append(f'"{name}":[\n{records}\n]' if records else f'"{name}":[]')
    return ",\n".join(lines) + "}\n"


def checksum(content: Mapping[str, Any]) -> str:
    """SHA-256 of the document's canonical JSON, but for the checksum itself."""
    rest = {name: value for name, value in content.items() if name != "sha256"}
    return hashlib.sha256(canonical(rest).encode()).hexdigest()


def identity(results: Iterable[Mapping[str, Any]]) -> str:
    """A digest of what was measured, whatever the run is called: runs with the same are the same.

    Ids are left out, and fields without a value, so that a later version, which knows more fields,
    comes to the same digest.
    """
    told = [_told({k: v for k, v in each.items() if k not in ("id", "run")}) for each in results]
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def of_events(events: Iterable[Event], finished_at: str, started_at: str | None = None) -> str:
    """The document of a run's events.

    Raises:
        ValueError: the events are not those of a run, its first one included.
    """
    kept = list(events)
    started = next((event for event in kept if isinstance(event, Started)), None)
    results = [event for event in kept if isinstance(event, Result)]
    # Said again whenever a framework has shown what it reaches: the last of them holds all.
    peaks = [event for event in kept if isinstance(event, Peaks)]
    if started is None or started.request is None:
        raise ValueError("they do not begin with what was asked and where")
    run = ExportedRun(
        id=started.request.run,
        status=status_of(results, complete=len(results) >= started.planned),
        request=started.request,
        started_at=started_at,
        finished_at=finished_at,
    )
    return document(
        asdict(run),
        [asdict(MeasuredHost(started.host, peaks[-1] if peaks else started.peaks))],
        [_record(event) for event in kept if isinstance(event, Environment)],
        [_record(result) for result in results],
        [_record(event) for event in kept if isinstance(event, Pair)],
    )


def status_of(results: Sequence[Result], *, complete: bool) -> Ended:
    """How a run ended: ``interrupted`` where results are missing, ``failed`` where none is ok."""
    outcomes = {result.outcome for result in results}
    if not complete:
        return "interrupted"
    if "ok" not in outcomes:
        return "failed"
    return "succeeded" if outcomes <= EXPECTED else "partial"


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _record(event: Event) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(to_line(event))
    del record["event"]
    return record


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _told(v) for k, v in value.items() if v is not None and v != []}
    # Samples are long lists of numbers, which are not gone through one by one.
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [_told(each) for each in value]
    return value

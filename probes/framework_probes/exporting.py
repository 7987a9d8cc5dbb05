"""Writing a run to a file that another machine imports, however the run ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from framework_probes.export import of_events, write
from framework_probes.planning import InvalidRequest
from framework_probes.results import Event, Result


@contextmanager
def kept(path: Path | None) -> Iterator[Callable[[Event], None]]:
    """Takes note of events; at the end of the block those that came are in the file.

    A run that is ended from outside is written too, as far as it went; one that measured nothing
    is not. Without a path nothing is kept.

    Raises:
        InvalidRequest: at once, where the file could not be written at the end.
    """
    if path is None:
        yield lambda _: None
        return
    if not path.parent.is_dir() or path.is_dir():
        raise InvalidRequest("export", str(path), "a file in a folder that is there")
    begun, seen = now(), list[Event]()
    try:
        yield seen.append
    finally:
        if any(isinstance(event, Result) for event in seen):
            write(path, of_events(seen, finished_at=now(), started_at=begun))


def now() -> str:
    """The moment, as the document has it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

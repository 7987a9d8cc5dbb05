"""What the store hands out beside recommendations: frozen values, free of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

from framework_advisor.recommendation import Status
from framework_knowledge.models import FrameworkId
from framework_probes.results import Environment, Host, Outcome, Pair, Peaks, Result, RunRequest

Item = TypeVar("Item")

RunStatus = Literal[
    "queued", "running", "succeeded", "partial", "failed", "cancelled", "interrupted"
]
#: A run in one of these goes on; in any other it has ended for good.
OPEN: tuple[RunStatus, ...] = ("queued", "running")
#: A run in one of these may have ended before it had measured what it was asked to, and can then be
#: resumed; ``partial`` where the probes' process was killed after the first results.
STOPPED: tuple[RunStatus, ...] = ("cancelled", "interrupted", "failed", "partial")
#: A run in one of these has measured all it was asked to, and may decide.
FINISHED: tuple[RunStatus, ...] = ("succeeded", "partial")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of a list, newest first. ``next`` is the cursor of what follows, None at the end."""

    items: tuple[Item, ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True)
class Given:
    """A recommendation that was given, in one line. ``name`` is the profile's."""

    id: str
    created_at: datetime
    name: str | None
    status: Status
    framework: FrameworkId | None
    p_best: float | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that has ended, and when; one that is resumed ends again at another time."""

    id: str
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A probe run: what was asked, how far it is, what became of it.

    ``done`` of ``planned`` results; ``counts`` holds results by outcome; ``peaks`` is None until
    the host's peaks were measured. ``executor`` is who executes it, or did last, and ``beats``
    counts up while that goes on. ``request_id`` is that of the HTTP request that asked for it.
    ``imported_at`` is None where it was measured under this store.
    """

    id: str
    host: str
    status: RunStatus
    request: RunRequest
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    done: int = 0
    planned: int | None = None
    message: str = ""
    peaks: Peaks | None = None
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    executor: str | None = None
    beats: int = 0
    request_id: str | None = None
    imported_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Nothing will be added to it."""
        return self.status not in OPEN


@dataclass(frozen=True, slots=True)
class ResultInBrief:
    """A result in one line; ``seconds`` per iteration, None where nothing was timed."""

    id: str
    probe: str
    framework: str
    backend: str | None
    tier: str
    outcome: Outcome
    seconds: float | None

    @classmethod
    def of(cls, result: Result) -> ResultInBrief:
        """The line of a result."""
        by = result.contender
        seconds = result.time.seconds if result.time else None
        return cls(
            result.id, result.probe, by.framework, by.backend, by.tier, result.outcome, seconds
        )


#: ``status``: it was queued, started, ended; ``progress``: it is further, or waits for something
#: else; ``result``: something was measured.
EventKind = Literal["status", "progress", "result"]


@dataclass(frozen=True, slots=True)
class RunEvent:
    """Something that happened to a run, and how the run stood right after it.

    ``number`` counts from 1 within the run, without gaps.
    """

    run: str
    number: int
    kind: EventKind
    at: datetime
    status: RunStatus
    message: str
    done: int
    planned: int | None
    result: ResultInBrief | None = None


@dataclass(frozen=True, slots=True)
class RunResults:
    """All that a run has measured, in the order in which it was taken."""

    run: str
    host: Host
    environments: tuple[Environment, ...]
    results: tuple[Result, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class HostRecord:
    """A host that was seen, with the peaks of its newest run that measured them."""

    host: Host
    first_seen: datetime
    last_seen: datetime
    peaks: Peaks | None
    latest_run: str | None

"""What both clients do, without doing it: scripts that say what to send and how long to wait.

A script is a generator. It yields :class:`Send`, :class:`Listen` or :class:`Wait`, is given what
came of it, and returns the value. A client only carries these three out, with blocking calls or
with ``await``, so that retries, errors and following a run are written once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from framework_advisor.api.schemas import ProbeRun, ProbeRunEvent
from framework_advisor.client import calls
from framework_advisor.client.answers import error_of
from framework_advisor.client.calls import Call
from framework_advisor.client.retries import Retries
from framework_advisor.errors import Unavailable

Value = TypeVar("Value")
OnEvent = Callable[[ProbeRunEvent], None]


@dataclass(frozen=True, slots=True)
class Send:
    """Send this; what comes of it is the answer, or the error of the way there."""

    call: Call[Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for so long."""

    seconds: float


@dataclass(slots=True)
class Listen:
    """Open the stream and give each line to :meth:`line`, until it says that this is enough.

    ``last``: the id of the last event heard. ``deadline``: of ``time.monotonic``, None for none.
    """

    path: str
    on_event: OnEvent | None = None
    deadline: float | None = None
    last: int = 0
    _data: list[str] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        """What the stream is asked for with."""
        return {"Accept": "text/event-stream", "Last-Event-ID": str(self.last)}

    @property
    def late(self) -> bool:
        """Whether the time is over."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    def begin(self) -> None:
        """A stream begins; what was left of an earlier one that broke off is no event."""
        self._data.clear()

    def line(self, line: str) -> bool:
        """Take one line of the stream; True where no more need be heard."""
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        elif not line and self._data:
            event = ProbeRunEvent.model_validate_json("\n".join(self._data))
            self._data.clear()
            self.last = event.id
            if self.on_event is not None:
                self.on_event(event)
        return self.late


Step = Send | Listen | Wait
Script = Generator[Step, Any, Value]


def answered(call: Call[Value], retries: Retries) -> Script[Value]:
    """The value of a call, tried as often as is allowed.

    Raises:
        AdvisorError: what the service says is wrong, or that it cannot be reached.
    """
    failures = 0
    while True:
        came: httpx.Response | httpx.TransportError = yield Send(call)
        answer = came if isinstance(came, httpx.Response) else None
        if answer is not None and answer.is_success:
            return call.read(answer)
        failures += 1
        if failures >= retries.attempts or not retries.again(call.repeatable, came):
            raise (
                error_of(answer)
                if answer is not None
                else Unavailable(f"The service cannot be reached: {came!r}.")
            )
        yield Wait(retries.wait_s(failures, answer))


def run_ended(
    id_: str, retries: Retries, on_event: OnEvent | None, timeout_s: float | None
) -> Script[ProbeRun]:
    """The run once it has ended. Follows its stream, again and again where that breaks off.

    Raises:
        TimeoutError: it has not ended in time; it goes on.
        AdvisorError: there is no such run, or the service cannot be reached any more.
    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    listen, failures = Listen(calls.events_of(id_), on_event, deadline), 0
    while True:
        heard = listen.last
        yield listen
        run = yield from answered(calls.run(id_), retries)
        if run.finished_at is not None:
            return run
        if listen.late:
            raise TimeoutError(f"Probe run {id_} is still {run.status} after {timeout_s:g} s.")
        failures = 1 if listen.last > heard else failures + 1
        yield Wait(retries.wait_s(failures))

"""The probes' process: started in a group of its own, read over a private pipe, always reaped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from framework_probes.results import Event, RunRequest
from framework_probes.serialization import event_from_line

#: What is started; the supervisor's process id and the probes' own arguments follow.
PROBES = (sys.executable, "-P", str(Path(__file__).with_name("child.py")))
#: After SIGTERM the process may clean up for so long, seconds; then it is killed.
GRACE_S = 1.5
#: The longest event, bytes: a result with all of its raw blocks.
LONGEST_LINE = 64 * 1024 * 1024
#: Settings of the service that the probes have no business with.
PRIVATE = ("FRAMEWORK_ADVISOR_DATABASE_URL", "FRAMEWORK_ADVISOR_API_KEYS")
#: Tells the probes' process which HTTP request it works for.
REQUEST = "FRAMEWORK_ADVISOR_REQUEST_ID"
#: Of a line on standard error so much is kept, bytes.
LONGEST_WORDS = 4096
#: Exit codes with which the probes come to their own end: all well, or a probe failed.
OWN_END = (0, 4)

log = structlog.get_logger(__name__)


class ProbeProcess:
    """One run of the probes. Leaving the context ends and reaps it, whatever happened.

    ``program`` can be replaced by one that takes the same arguments and sends the same events.
    ``command`` is asked of it instead of the request's suite: of a file that the user brings, which
    no request names.
    """

    def __init__(
        self,
        request: RunRequest,
        program: tuple[str, ...] = PROBES,
        command: Sequence[str] | None = None,
    ) -> None:
        self._command = command
        self._request = request
        self._program = program
        self._events = asyncio.StreamReader(limit=LONGEST_LINE)
        self._last_words: asyncio.Task[str] | None = None

    async def __aenter__(self) -> Self:
        read_end, write_end = os.pipe()
        self._pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._events), os.fdopen(read_end, "rb", 0)
        )
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._program,
                str(os.getpid()),
                *_arguments(self._request, write_end, self._command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(write_end,),
                env=_environment(),
                start_new_session=True,
            )
        except BaseException:
            self._pipe.close()
            raise
        finally:
            # The child's copy must be the last one, or the end of its events is never seen.
            os.close(write_end)
        self._last_words = asyncio.create_task(_last_line(self._process.stderr))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._end()
        finally:
            self._signal(signal.SIGKILL)
            self._pipe.close()
            await self._process.wait()

    @property
    def pid(self) -> int:
        """Its process id, which is its process group's too."""
        return self._process.pid

    async def events(self) -> AsyncIterator[Event]:
        """Its events as they come, until it ends.

        Raises:
            MalformedLine: a line is no event.
        """
        while line := await self._events.readline():
            if line.endswith(b"\n"):  # a process that is killed may leave half a line
                yield event_from_line(line.decode())

    def stop(self) -> None:
        """Ask it to end; :meth:`events` yields what it still has to say. Killed after a while."""
        self._signal(signal.SIGTERM)
        asyncio.get_running_loop().call_later(GRACE_S, self._signal, signal.SIGKILL)

    async def failure(self) -> str | None:
        """Waits for its end; how it failed in one line, None where it came to its own end."""
        await self._end()
        code = self._process.returncode
        if code is None or code in OWN_END:
            return None
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        said = await self._last_words if self._last_words else ""
        return f"the probes' process {how}" + (f": {said}" if said else "")

    async def _end(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), GRACE_S)
            return
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), GRACE_S)
            return
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _environment() -> dict[str, str]:
    """Ours without what is private, and with the request that this is done for."""
    request = structlog.contextvars.get_contextvars().get("request_id")
    inherited = {k: v for k, v in os.environ.items() if k not in PRIVATE}
    return inherited | ({REQUEST: str(request)} if request else {})


def _arguments(request: RunRequest, events_fd: int, command: Sequence[str] | None) -> list[str]:
    arguments = [*(command or ("run", "--suite", request.suite)), "--run", request.run]
    arguments += ["--device", request.device]
    arguments += ["--seed", str(request.seed), "--events-fd", str(events_fd)]
    for option, names in (("--frameworks", request.frameworks), ("--probes", request.probes)):
        if names is not None and not (command and option == "--probes"):
            arguments += [option, ",".join(names)]
    if request.budget_s is not None:
        arguments += ["--budget", str(request.budget_s)]
    return arguments


async def _last_line(stream: asyncio.StreamReader | None) -> str:
    """Reads to the end, so that the writer never blocks; logs each line, and returns the last."""
    tail, last = b"", ""
    while stream is not None and (chunk := await stream.read(65536)):
        *lines, tail = (tail[-LONGEST_WORDS:] + chunk).splitlines(keepends=True)
        if tail.endswith((b"\n", b"\r")):
            lines, tail = [*lines, tail], b""
        for line in lines:
            last = _said(line) or last
    return _said(tail) or last


def _said(line: bytes) -> str:
    text = line.decode(errors="replace").strip()
    if text:
        log.debug("probes_said", line=text[-LONGEST_WORDS:])
    return text

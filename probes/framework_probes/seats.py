"""Who is measured, and the worker of each: opened, replaced when it dies, always closed.

What a worker is to do is written as a script: a generator that yields what it asks and is sent
the reply. Scripts of several workers run side by side in one thread, which blocks on their pipes
in between and burns nothing.
"""

from __future__ import annotations

import selectors
import sys
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from framework_probes import environments, process, protocol
from framework_probes.results import Environment, Framework
from framework_probes.serialization import with_id

#: A seat whose worker failed so often in a row is given up: the next failure tells nothing new.
BREAKER = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """A framework, with the back end that it computes on where it has several."""

    framework: Framework
    backend: Framework | None

    @property
    def name(self) -> str:
        """``pytorch``, ``keras:jax``."""
        return f"{self.framework}:{self.backend}" if self.backend else self.framework


SUBJECTS = (
    Subject("pytorch", None),
    Subject("tensorflow", None),
    Subject("jax", None),
    Subject("keras", "tensorflow"),
    Subject("keras", "jax"),
    Subject("keras", "pytorch"),
)
#: Whose compiler takes longest, first: started early, they do not keep everybody waiting.
SLOWEST_FIRST = (
    "keras:pytorch",
    "pytorch",
    "keras:jax",
    "jax",
    "keras:tensorflow",
    "tensorflow",
)


@dataclass(frozen=True, slots=True)
class Setup:
    """How workers are run. Given in process only, never by a request.

    Attributes:
        catalogue: the module that holds ``CATALOGUE`` and ``SUITES``.
        import_paths: where workers find that module.
        load_s: longest import; ``prepare_s``: longest compile; ``block_s``: longest block, all
            wall seconds after which a worker counts as hung.
        peak_s: wall seconds for each of the host's ceilings.
        threads: CPU threads of each framework.
        memory_bytes: memory of its own that each may have; None: most of what is free.
    """

    catalogue: str = "framework_probes.catalogue"
    import_paths: tuple[Path, ...] = ()
    load_s: float = 120.0
    prepare_s: float = 180.0
    block_s: float = 30.0
    peak_s: float = 0.25
    threads: int = 1
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What a script wants of a worker, and how long it may take."""

    worker: process.WorkerProcess
    command: protocol.Command
    timeout_s: float


Script = Generator[Ask, protocol.Reply, None]
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Seat:
    """The place of one subject in a session, with its worker of the moment."""

    name: str
    framework: Framework | None
    backend: Framework | None
    folder: Path
    setup: Setup
    device: str = "cpu"
    worker: process.WorkerProcess | None = None
    loaded: protocol.Loaded | None = None
    environment: Environment | None = None
    failures: int = 0
    opened: int = field(default=0)
    #: Why its framework cannot be measured here at all: another worker would say the same.
    hopeless: protocol.Refused | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a worker, with its framework imported."""
        return self.worker is not None and self.worker.alive and self.loaded is not None

    def open(self) -> Generator[Ask, protocol.Reply, protocol.Refused | None]:
        """A script that starts a worker and imports the framework; returns why it could not."""
        self.close()
        if self.hopeless is not None:
            return self.hopeless
        self.opened += 1
        python = (
            environments.interpreter(self.framework, self.backend, self.device)
            if self.framework
            else None
        )
        try:
            self.worker = process.WorkerProcess(
                python or sys.executable,
                self.folder / f"{self.name.replace(':', '-')}-{self.opened}",
                catalogue=self.setup.catalogue,
                import_paths=self.setup.import_paths,
                threads=self.setup.threads,
                memory_bytes=self.setup.memory_bytes,
                device=self.device,
            )
        except OSError as error:
            return self.failed(protocol.Refused("crash", f"the worker did not start: {error}"))
        load = protocol.Load(self.framework or "numpy", self.backend, self.device)
        reply = yield Ask(self.worker, load, self.setup.load_s)
        if not isinstance(reply, protocol.Loaded):
            refused = refusal(reply)
            if refused.outcome == "not_installed" and self.framework is not None:
                command = environments.how_to_install(self.framework, self.backend, self.device)
                refused = replace(refused, reason=f"{refused.reason}: {command}".rstrip(": "))
            if refused.outcome in ("not_installed", "unsupported"):
                self.hopeless = refused
            return self.failed(refused)
        self.loaded = reply
        if self.framework is not None:
            self.environment = self._describe(self.framework, reply)
        return None

    def ask(self, command: protocol.Command, timeout_s: float) -> protocol.Reply:
        """Ask the worker and wait; without one, the answer is a refusal."""
        if self.worker is None:
            return protocol.Refused("crash", "there is no worker any more")
        return self.worker.ask(command, timeout_s)

    def failed(self, refused: protocol.Refused) -> protocol.Refused:
        """Count a failure and pass it on."""
        if refused.outcome in ("crash", "timeout", "oom"):
            self.failures += 1
        return refused

    def close(self) -> None:
        """Reap the worker, if there is one."""
        if self.worker is not None:
            self.worker.close()
        self.worker = None
        self.loaded = None

    def _describe(self, framework: Framework, loaded: protocol.Loaded) -> Environment:
        settings = process.settings(self.setup.threads, self.device) | {
            "compile_cache": "empty when the worker started"
        }
        return with_id(
            "env",
            Environment(
                id="",
                framework=framework,
                backend=self.backend,
                python=loaded.python,
                packages=loaded.packages,
                settings=settings | loaded.settings,
            ),
        )


def refusal(reply: protocol.Reply) -> protocol.Refused:
    """The refusal that a reply is, or that stands for one of the wrong kind."""
    if isinstance(reply, protocol.Refused):
        return reply
    return protocol.Refused("crash", f"unexpected reply {type(reply).__name__.lower()}")


def drive(
    scripts: Iterable[Script], width: int, deadline: float, budget: str
) -> Iterator[tuple[Ask, protocol.Reply]]:
    """Run scripts, ``width`` at a time, in order; yields each question with its reply.

    A worker that does not answer in time is killed and the script told ``timeout``; at the
    deadline (monotonic seconds) it is told ``not_run`` with ``budget`` as the reason.
    """
    waiting = deque(scripts)
    with selectors.DefaultSelector() as selector:
        while True:
            while waiting and len(selector.get_map()) < width:
                _advance(selector, waiting.popleft(), None)
            active = list(selector.get_map().values())
            if not active:
                return
            ends = [min(key.data[2], deadline) for key in active]
            readable = {
                key.fd for key, _ in selector.select(max(0.0, min(ends) - time.monotonic()))
            }
            for key, end in zip(active, ends, strict=True):
                script, ask, _ = key.data
                reply: protocol.Reply | None = None
                if key.fd in readable:
                    reply = ask.worker.receive()
                elif time.monotonic() >= end:
                    reply = ask.worker.timed_out(ask.command, ask.timeout_s)
                    if end == deadline:
                        reply = protocol.Refused("not_run", budget)
                if reply is not None:
                    selector.unregister(key.fd)
                    _advance(selector, script, reply)
                    yield ask, reply


def _advance(
    selector: selectors.BaseSelector, script: Script, reply: protocol.Reply | None
) -> None:
    """Send a script the reply, and its next question to the worker."""
    try:
        ask = next(script) if reply is None else script.send(reply)
    except StopIteration:
        return
    ask.worker.send(ask.command)
    end = time.monotonic() + ask.timeout_s
    selector.register(ask.worker.fileno(), selectors.EVENT_READ, (script, ask, end))


def perform(script: Generator[Ask, protocol.Reply, Answer]) -> Answer:
    """Run one script alone, blocking; returns what it returns."""
    try:
        ask = next(script)
        while True:
            ask = script.send(ask.worker.ask(ask.command, ask.timeout_s))
    except StopIteration as end:
        value: Answer = end.value
        return value

"""The process that holds one framework: ``python -m framework_probes.worker``.

Commands come in and replies go out as JSON lines on two private pipes, so that whatever a
framework prints disturbs nothing. The process ends when its command pipe closes. A third pipe,
the lifeline, is never written to: when the session dies, the kernel closes it and kills the
worker, even in the middle of a call that never returns.
"""

from __future__ import annotations

import argparse
import fcntl
import gc
import importlib
import os
import platform
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from framework_probes import frameworks, host, protocol, timing
from framework_probes.equality import WrongResult, compare, identical
from framework_probes.probe import Adapter, Array, Native, Probe, Program, widened
from framework_probes.results import Outcome, Tier
from framework_probes.serialization import from_line, to_line

#: How frameworks say that memory ran out; none of them raises MemoryError.
OUT_OF_MEMORY = ("out of memory", "resource_exhausted", "can't allocate memory", "bad_alloc")
#: How compilers say that this machine lacks what they need.
UNSUPPORTED = ("invalidcxxcompiler", "no working c++ compiler", "not supported", "unsupported")


@dataclass(slots=True)
class Ready:
    """A prepared program with what is needed to time and check it."""

    adapter: Adapter
    probe: Probe
    program: Program
    batch: int
    traces: int
    last: Native = None


@dataclass(slots=True)
class Worker:
    """State of the process between commands."""

    catalogue: Mapping[str, Probe]
    framework: str = ""
    backend: str | None = None
    adapters: dict[Tier, Adapter] = field(default_factory=dict)
    ready: dict[Tier, Ready] = field(default_factory=dict)
    #: Inputs and reference of the probe at hand, shared by its tiers.
    drawn: tuple[str, int, dict[str, Array], dict[str, Array]] | None = None

    def answer(self, command: protocol.Command) -> protocol.Reply:
        """Do one command. A failure is a reply too, never an exception."""
        try:
            return self._do(command)
        except WrongResult as error:
            return protocol.Refused("wrong_result", str(error))
        except Exception as error:
            return protocol.Refused(classify(error), one_line(error))

    def _do(self, command: protocol.Command) -> protocol.Reply:
        match command:
            case protocol.Load():
                return self._load(command)
            case protocol.Prepare():
                return self._prepare(command)
            case protocol.Pin(cores):
                return protocol.Pinned(host.pin(cores))
            case protocol.Run(tier, seconds):
                return self._run(self.ready[tier], seconds)
            case protocol.Check(tier):
                return self._check(self.ready[tier])
            case protocol.Forget():
                return self._forget()
            case protocol.Calibrate():
                return _calibrate()
            case protocol.Gauge():
                return protocol.Gauged(host.core_seconds())
            case protocol.MeasurePeaks(seconds):
                return host.measure_peaks(seconds)

    def _load(self, command: protocol.Load) -> protocol.Loaded:
        self.framework, self.backend = command.framework, command.backend
        start = time.perf_counter()
        eager = frameworks.load(command.framework, command.backend, "eager")
        import_s = time.perf_counter() - start
        self.adapters["eager"] = eager
        return protocol.Loaded(
            import_s, platform.python_version(), eager.packages(), eager.settings()
        )

    def _prepare(self, command: protocol.Prepare) -> protocol.Prepared:
        probe = self.catalogue[command.probe]
        tier = command.tier
        if tier not in self.adapters:
            self.adapters[tier] = frameworks.load(self.framework, self.backend, tier)
        adapter = self.adapters[tier]
        inputs, reference = self._draw(probe, command.seed)
        timing.reset_peak_memory()
        with adapter.mode(probe.trains):
            # Looked up by a name from the catalogue's own module, so a probe may lack a framework.
            builder = {str(name): built for name, built in probe.builders.items()}.get(
                self.framework
            )
            if builder is None:
                raise NotImplementedError(f"{probe.id} has no implementation in {self.framework}")
            program = builder(adapter, inputs)
            _, first = timing.call(adapter, program)
            _, second = timing.call(adapter, program)
            outputs = _outputs(adapter, program)
            if tier == "eager" and not identical(outputs, _outputs(adapter, program)):
                raise WrongResult("two runs on the same inputs gave different results")
            equality = compare(probe, inputs, reference, outputs)
            program.reset()
            gc.collect()
            iteration, batch = timing.pilot(adapter, program)
        self.ready[tier] = Ready(adapter, probe, program, batch, adapter.traces())
        return protocol.Prepared(
            first_call_s=first,
            second_call_s=second,
            iteration_s=iteration,
            batch=batch,
            equality=equality,
            layout=program.layout,
            compiler=adapter.compiler,
            peak_rss_bytes=timing.peak_memory(),
        )

    def _draw(self, probe: Probe, seed: int) -> tuple[dict[str, Array], dict[str, Array]]:
        if self.drawn is None or self.drawn[:2] != (probe.id, seed):
            inputs = probe.inputs(seed)
            self.drawn = (probe.id, seed, inputs, probe.reference(inputs))
        return self.drawn[2], self.drawn[3]

    def _run(self, ready: Ready, seconds: float) -> protocol.Ran:
        with ready.adapter.mode(ready.probe.trains):
            ran, ready.last = timing.run_block(
                ready.adapter, ready.program, ready.batch, seconds, ready.traces
            )
        return ran

    def _check(self, ready: Ready) -> protocol.Checked:
        """A step without state must give again what it gave first; one with state stay finite."""
        with ready.adapter.mode(ready.probe.trains):
            outputs = ready.program.read(ready.last)
        if not ready.probe.trains and self.drawn is not None:
            compare(ready.probe, self.drawn[2], self.drawn[3], outputs)
        for name, value in widened(outputs).items():
            if value.size and not abs(value).max() < float("inf"):
                raise WrongResult(f"{name} holds NaN or infinity after timing")
        return protocol.Checked()

    def _forget(self) -> protocol.Forgotten:
        self.ready.clear()
        self.drawn = None
        for adapter in self.adapters.values():
            adapter.forget()
        return protocol.Forgotten()


def _outputs(adapter: Adapter, program: Program) -> dict[str, Array]:
    program.reset()
    result, _ = timing.call(adapter, program)
    return program.read(result)


def _calibrate() -> protocol.Calibrated:
    before = host.usable_cores()
    # At most 16, evenly chosen: calibrating each core of a large machine would take longer than
    # the run gains by it.
    chosen = before[:: max(1, len(before) // 16)][:16]
    if not host.pin(before):
        return protocol.Calibrated(None)
    seconds = host.calibrate(chosen)
    host.pin(before)
    fastest = min(seconds, key=lambda core: seconds[core])
    return protocol.Calibrated(fastest, {str(core): time for core, time in seconds.items()})


def classify(error: BaseException) -> Outcome:
    """Which outcome an exception from a framework stands for."""
    said = f"{type(error).__name__}: {error}".lower()
    if isinstance(error, MemoryError) or any(words in said for words in OUT_OF_MEMORY):
        return "oom"
    if isinstance(error, NotImplementedError) or any(words in said for words in UNSUPPORTED):
        return "unsupported"
    return "crash"


def one_line(error: BaseException) -> str:
    """The exception's type and the first line that says something, at most 300 characters."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:300]


def die_with(lifeline: int) -> None:
    """Have this process killed as soon as the other end of the pipe is closed.

    On Linux the kernel signals it (asynchronous I/O on the pipe), so neither a hung C call nor a
    held interpreter lock can stop it; elsewhere a thread waits for the end of the file.
    """
    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
        try:
            closed = os.read(lifeline, 1) == b""
        except BlockingIOError:
            return
        if closed:  # The session died before the kernel was told to watch.
            os._exit(1)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def main(arguments: list[str] | None = None) -> int:
    """Serve commands until their pipe closes."""
    parser = argparse.ArgumentParser(prog="framework_probes.worker", description=__doc__)
    parser.add_argument("--commands", type=int, required=True, help="file descriptor to read")
    parser.add_argument("--replies", type=int, required=True, help="file descriptor to write")
    parser.add_argument("--lifeline", type=int, required=True, help="closes with the session")
    parser.add_argument("--catalogue", default="framework_probes.catalogue")
    options = parser.parse_args(arguments)
    die_with(options.lifeline)
    worker = Worker(importlib.import_module(options.catalogue).CATALOGUE)
    with (
        open(options.commands, encoding="utf-8") as commands,
        open(options.replies, "w", encoding="utf-8", buffering=1) as replies,
    ):
        for line in commands:
            reply = worker.answer(from_line(line, protocol.COMMANDS))
            replies.write(to_line(reply) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

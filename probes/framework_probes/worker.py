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
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from framework_probes import device_timing, frameworks, host, peaks, protocol, timing
from framework_probes.builds import build_facts
from framework_probes.clocks import Clock, clock_of
from framework_probes.devices import DeviceMissing
from framework_probes.equality import WrongResult
from framework_probes.mine.catalogue import PREFIX, Brief, FileCatalogue
from framework_probes.mine.source import BadFile
from framework_probes.mine.witness import Witness, testimony
from framework_probes.probe import Adapter, Arrays, Native, Probe, Program, widened
from framework_probes.proving import Drawn, Timed, check, prove
from framework_probes.results import Outcome, Tier
from framework_probes.serialization import from_line, to_line

#: How compilers say that this machine lacks what they need.
UNSUPPORTED = (
    "invalidcxxcompiler",
    "no working c++ compiler",
    "not supported",
    "unsupported",
    "not implemented",
    "unimplemented",
)


#: A tier, and how it is compiled where that is not the usual way.
Way = tuple[Tier, str | None]


@dataclass(slots=True)
class Ready:
    """A prepared program with what is needed to time and check it.

    ``steps`` are of the same program on different data, which take turns from block to block.
    """

    adapter: Adapter
    probe: Probe
    program: Program
    steps: tuple[Callable[[], Native], ...]
    batch: int
    traces: int
    blocks: int = 0
    timed: Timed | None = None


@dataclass(slots=True)
class Worker:
    """State of the process between commands."""

    catalogue: Mapping[str, Probe]
    device: str = "cpu"
    clock: Clock | None = None
    framework: str = ""
    backend: str | None = None
    adapters: dict[Way, Adapter] = field(default_factory=dict)
    ready: dict[Way, Ready] = field(default_factory=dict)
    #: Inputs and reference of the probe at hand, shared by its tiers.
    drawn: Drawn | None = None

    def answer(self, command: protocol.Command) -> protocol.Reply:
        """Do one command. A failure is a reply too, never an exception."""
        try:
            return self._do(command)
        except WrongResult as error:
            return protocol.Refused("wrong_result", str(error))
        except BadFile as error:
            return protocol.Refused("crash", str(error))
        except Exception as error:
            return protocol.Refused(classify(error), self._said(error))

    @property
    def _own(self) -> FileCatalogue:
        if not isinstance(self.catalogue, FileCatalogue):
            raise TypeError("this worker has a catalogue, and no file")
        return self.catalogue

    def _said(self, error: Exception) -> str:
        """In one line; of somebody's own file with the place in it."""
        own = self.catalogue
        place = own.place(error) if isinstance(own, FileCatalogue) else None
        return f"{place}: {one_line(error)}" if place else one_line(error)

    def _do(self, command: protocol.Command) -> protocol.Reply:
        match command:
            case protocol.Load():
                return self._load(command)
            case protocol.Prepare():
                return self._prepare(command)
            case protocol.Run(tier, seconds, variant):
                return self._run(self.ready[tier, variant], seconds)
            case protocol.Check(tier, variant):
                return self._check(self.ready[tier, variant])
            case protocol.Weigh():
                return self._weigh(command)
            case protocol.Describe():
                return self._own.describe()
            case protocol.Testify():
                return self._testify(command, self._own.witness)
            case protocol.Forget():
                return self._forget()
            case protocol.Reach(dtypes, seconds):
                eager = self.adapters["eager", None]
                return protocol.Reached(tuple(peaks.reached(eager, dtypes, seconds)))
            case _:
                return _look(command)

    def _load(self, command: protocol.Load) -> protocol.Loaded:
        self.framework, self.backend = command.framework, command.backend
        self.device = command.device
        self.clock = clock_of(command.device)
        start = time.perf_counter()
        eager = self._adapter("eager", None)
        import_s = time.perf_counter() - start
        settings = eager.settings() | build_facts()
        if self.device != "cpu":
            settings |= {"device": eager.device_name()}
        return protocol.Loaded(import_s, platform.python_version(), eager.packages(), settings)

    def _prepare(self, command: protocol.Prepare) -> protocol.Prepared:
        probe = self.catalogue[command.probe]
        adapter = self._adapter(command.tier, command.variant)
        drawn = self._draw(probe, command.seed)
        grown = [(other, other.adapter.traces() - other.traces) for other in self.ready.values()]
        timing.reset_peak_memory()
        with adapter.mode(probe.trains):
            adapter.compute_in(probe.dtype)
            program = self._build(probe, adapter, drawn)
            _, first = timing.call(adapter, program)
            _, second = timing.call(adapter, program)
            proven = prove(adapter, probe, program, drawn, self.device)
            gc.collect()
            pilot = timing.pilot(adapter, program, single=probe.request)
            away = self.device != "cpu"
            cache = device_timing.cache_times(adapter, program) if away else None
        for other, before in grown:
            # PyTorch counts for the whole process: what this one took is not the others'.
            other.traces = other.adapter.traces() - before
        ready = Ready(adapter, probe, program, proven.steps, pilot.batch, adapter.traces())
        self.ready[command.tier, command.variant] = ready
        return protocol.Prepared(
            first_call_s=first,
            second_call_s=second,
            iteration_s=pilot.iteration_s,
            batch=pilot.batch,
            equality=proven.equality,
            layout=program.layout,
            compiler=adapter.compiler,
            peak_rss_bytes=timing.peak_memory(),
            to_steady_s=timing.to_steady((first, second, *proven.calls_s, *pilot.calls_s)),
            wait_s=pilot.wait_s,
            cache=cache,
        )

    def _adapter(self, *way: *Way) -> Adapter:
        if way not in self.adapters:
            self.adapters[way] = frameworks.load(self.framework, self.backend, *way, self.device)
        return self.adapters[way]

    def _build(self, probe: Probe, adapter: Adapter, drawn: Drawn) -> Program:
        # Looked up by a name from the catalogue's own module, so a probe may lack a framework.
        builders = {str(name): built for name, built in probe.builders.items()}
        if self.framework not in builders:
            raise NotImplementedError(f"{probe.id} has no implementation in {self.framework}")
        with adapter.placement():
            return builders[self.framework](adapter, drawn.sets[0][0])

    def _draw(self, probe: Probe, seed: int) -> Drawn:
        if self.drawn is None or (self.drawn.probe, self.drawn.seed) != (probe.id, seed):
            self.drawn = Drawn.of(probe, seed)
        return self.drawn

    def _run(self, ready: Ready, seconds: float) -> protocol.Ran:
        which = ready.blocks % len(ready.steps)
        ready.blocks += 1
        adapter, trains = ready.adapter, ready.probe.trains
        program = replace(ready.program, step=ready.steps[which])
        with adapter.mode(trains):
            ran, result, steps = timing.run_block(
                adapter,
                program,
                ready.batch,
                seconds,
                ready.traces,
                last=trains,
                clock=self.clock,
                off_processor=self.device != "cpu" or ready.probe.processors > 1,
                fewest=timing.FEWEST_CALLS if ready.probe.request else timing.FEWEST_SAMPLES,
            )
            ready.timed = Timed(result, steps, which)
            if self.device != "cpu":
                taken, later = device_timing.by_device(adapter, program, ready.batch)
                ran = replace(ran, device_s=taken)
                if taken and trains:
                    # Steps that keep state went on with it: the earlier result may be gone.
                    further = device_timing.SAMPLES * ready.batch
                    ready.timed = Timed(later, steps + further, which)
        return ran

    def _check(self, ready: Ready) -> protocol.Checked:
        if ready.timed is not None and self.drawn is not None:
            with ready.adapter.mode(ready.probe.trains):
                check(
                    ready.adapter,
                    ready.probe,
                    ready.program,
                    ready.steps,
                    self.drawn,
                    ready.timed,
                    self.device,
                )
        return protocol.Checked()

    def _weigh(self, command: protocol.Weigh) -> protocol.Weighed:
        probe = self.catalogue[command.probe]
        adapter = self._adapter(command.tier, command.variant)
        inputs = Drawn(probe.id, command.seed, ((probe.inputs(command.seed), {}),))
        gc.collect()
        before = timing.resident_memory()
        timing.reset_peak_memory()
        with adapter.mode(probe.trains):
            adapter.compute_in(probe.dtype)
            program = self._build(probe, adapter, inputs)
            for _ in range(3):
                timing.call(adapter, program)
            peak, on_device = timing.peak_memory(), adapter.device_peak()
            again = _recompiled(adapter, probe, program, inputs.sets[0][0])
        return protocol.Weighed(before, peak, on_device, again)

    def _testify(self, command: protocol.Testify, witness: Witness) -> protocol.Testified:
        probe, adapter = self.catalogue[command.probe], self.adapters["eager", None]
        sets = (probe.inputs(command.seed), probe.varied(command.seed))
        with adapter.mode(probe.trains):
            adapter.compute_in(probe.dtype)
            drawn = Drawn(probe.id, command.seed, tuple((each, {}) for each in sets))
            program = self._build(probe, adapter, drawn)
            for each in sets:
                witness.keep_results(widened(each), testimony(adapter, probe, program, each))
        return protocol.Testified()

    def _forget(self) -> protocol.Forgotten:
        self.ready.clear()
        self.drawn = None
        for adapter in self.adapters.values():
            adapter.forget()
        return protocol.Forgotten()


def _recompiled(adapter: Adapter, probe: Probe, program: Program, inputs: Arrays) -> float | None:
    """Seconds that a new shape costs a compiled program; None where it has no batch to halve."""
    if adapter.tier == "eager" or not probe.batch or program.on is None:
        return None
    program = replace(program, step=program.on(probe.halved(inputs)))
    program.reset()
    (_, first), (_, second) = timing.call(adapter, program), timing.call(adapter, program)
    return max(0.0, first - second)


def _deploy(command: protocol.Export | protocol.Serve) -> protocol.Reply:
    """What concerns artefacts: no adapter is loaded for it, and often no framework."""
    from framework_probes.deployment import working

    return working.answer(command)


def _look(
    command: protocol.Pin
    | protocol.Calibrate
    | protocol.Gauge
    | protocol.MeasurePeaks
    | protocol.Export
    | protocol.Serve
    | protocol.Join,
) -> protocol.Reply:
    """What needs no framework loaded before: the machine alone, and artefacts."""
    match command:
        case protocol.Export() | protocol.Serve():
            return _deploy(command)
        case protocol.Join():
            from framework_probes.distributed import joining

            return joining.join(command)
        case protocol.Pin(cores):
            return protocol.Pinned(host.pin(cores))
        case protocol.Calibrate():
            return _calibrate()
        case protocol.Gauge():
            return protocol.Gauged(host.core_seconds())
        case protocol.MeasurePeaks(seconds):
            return peaks.measure_peaks(seconds, timing.current_core())


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
    if isinstance(error, DeviceMissing):
        return "not_installed"
    if isinstance(error, MemoryError) or protocol.is_out_of_memory(said):
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
    held interpreter lock can stop it; elsewhere a thread waits for the end of the file. A worker
    that leads its process group takes the group along: compilers that it started.
    """
    if hasattr(fcntl, "F_SETSIG"):
        leads = os.getpgrp() == os.getpid()
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpid() if leads else os.getpid())
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


def limit_memory(most: int) -> None:
    """Let this process and what it starts have so many bytes of memory of their own, each.

    A framework that asks for more is told that there is none, instead of the whole machine. Where
    several together ask for more than there is, the kernel ends one of them before anybody else.
    """
    with suppress(ValueError, OSError):  # less is allowed already
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def catalogue_of(name: str) -> Mapping[str, Probe]:
    """That of a module, or of somebody's own file."""
    if name.startswith(PREFIX):
        return FileCatalogue(Brief.of(name))
    catalogue: Mapping[str, Probe] = importlib.import_module(name).CATALOGUE
    return catalogue


def main(arguments: list[str] | None = None) -> int:
    """Serve commands until their pipe closes."""
    parser = argparse.ArgumentParser(prog="framework_probes.worker", description=__doc__)
    parser.add_argument("--commands", type=int, required=True, help="file descriptor to read")
    parser.add_argument("--replies", type=int, required=True, help="file descriptor to write")
    parser.add_argument("--lifeline", type=int, required=True, help="closes with the session")
    parser.add_argument("--memory", type=int, help="bytes that it may have")
    parser.add_argument("--catalogue", default="framework_probes.catalogue")
    options = parser.parse_args(arguments)
    die_with(options.lifeline)
    if options.memory is not None:
        limit_memory(options.memory)
    # A loader's process must not hold what tells the session that this one ended.
    os.register_at_fork(after_in_child=lambda: os.close(options.replies))
    worker = Worker(catalogue_of(options.catalogue))
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

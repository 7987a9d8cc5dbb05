"""A session: start the workers, prove that they computed the same, time them alternately.

Everything that goes wrong with one contender is a result of that contender, with a reason; the
session goes on with the others. What is yielded is final.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from framework_probes import (
    conclusions,
    deployment,
    devices,
    environments,
    guards,
    host,
    process,
    protocol,
)
from framework_probes.conclusions import Circumstances
from framework_probes.entries import Entry
from framework_probes.planning import InvalidRequest, Plan, plan
from framework_probes.preparation import Preparation
from framework_probes.probe import Probe
from framework_probes.protocol import Refused
from framework_probes.results import (
    Event,
    Host,
    Peaks,
    Progress,
    RunRequest,
    Started,
)
from framework_probes.rounds import Lane, Rounds
from framework_probes.seats import SLOWEST_FIRST, Ask, Seat, Setup, Subject, drive, perform

__all__ = ["InvalidRequest", "Setup", "execute", "measure_host"]

DEFAULT = Setup()
#: Looks at a ceiling are far apart where the lowest is below this share of the highest.
APART = 0.8


def execute(request: RunRequest, setup: Setup = DEFAULT) -> Generator[Event, None, None]:
    """Measure what the request asks for; yields events as they come about.

    Closing the iterator, or any exception in it, ends every worker before it returns.

    Args:
        request: suite, frameworks, probes, budget.
        setup: catalogue and time limits, for tests and embedders; never from a request.

    Raises:
        InvalidRequest: at once, before anything is started.
    """
    if request.suite == deployment.SUITE:
        from framework_probes.deployment import session

        return session.execute(request, setup)
    return carry_out(plan(request, setup), setup)


def measure_host(setup: Setup = DEFAULT) -> tuple[Host, Peaks | None]:
    """This machine, and what it reaches on its fastest core. Takes some three seconds."""
    with _folder() as folder:
        numpy = _NumPy(Path(folder), setup)
        try:
            return host.fingerprint(), numpy.measure()
        finally:
            numpy.seat.close()


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="framework-probes-", ignore_cleanup_errors=True)


def carry_out(planned: Plan, setup: Setup) -> Generator[Event, None, None]:
    """Measure what was planned, as :func:`execute` does."""
    with _folder() as folder:
        session = Session(planned, setup, Path(folder))
        try:
            yield from session.events()
        finally:
            session.close()


class _NumPy:
    """The worker without a framework: it knows the core, the ceilings and the NumPy times."""

    def __init__(self, folder: Path, setup: Setup) -> None:
        self.seat = Seat("numpy", None, None, folder, setup)
        self.setup = setup
        self.core: int | None = None

    def measure(self) -> Peaks | None:
        """Choose the core and measure its ceilings; None if the worker fails."""
        if perform(self.seat.open()) is not None or self.seat.worker is None:
            return None
        worker, limit = self.seat.worker, self.setup.block_s
        calibrated = worker.ask(protocol.Calibrate(), limit)
        if isinstance(calibrated, protocol.Calibrated) and calibrated.core is not None:
            self.core = calibrated.core
            worker.ask(protocol.Pin((self.core,)), limit)
        peaks = worker.ask(protocol.MeasurePeaks(self.setup.peak_s), limit)
        return peaks if isinstance(peaks, Peaks) else None


class Session:
    """State of one run. Use :func:`execute`, which also ends what this starts."""

    def __init__(self, planned: Plan, setup: Setup, folder: Path) -> None:
        """Nothing is started yet; the budget's clock runs from here."""
        self.plan = planned
        self.suite = planned.suite
        self.setup = setup
        self.deadline = time.monotonic() + planned.budget_s
        self.over = f"the budget of {planned.budget_s:.4g} s ended before it was measured"
        self.random = random.Random(planned.request.seed)
        self.cores = host.usable_cores()
        self.numpy = _NumPy(folder, setup)
        device = planned.request.device
        self.absent = {
            s.name: refused for s in planned.subjects if (refused := _cannot(s, device)) is not None
        }
        self.seats = {
            s.name: Seat(s.name, s.framework, s.backend, folder, setup, device)
            for s in planned.subjects
            if s.name not in self.absent
        }
        self.gauge = guards.CoreGauge(self.numpy.seat, setup.block_s)
        self.described: set[str] = set()
        self.peaks: Peaks | None = None
        self.reached: set[str] = set()
        self.speeds: list[float] = []
        self.done = 0
        self.blocks = 0

    def close(self) -> None:
        """End and reap every worker."""
        self.numpy.seat.close()
        self._close_seats()

    def _close_seats(self) -> None:
        for seat in self.seats.values():
            seat.close()

    def events(self) -> Iterator[Event]:
        """The whole run."""
        machine = host.fingerprint()
        self.peaks = self.numpy.measure()
        yield Started(machine, self.peaks, self.plan.planned, self.plan.request)
        where = Circumstances(
            run=self.plan.request.run,
            host=machine.id,
            device=self.plan.request.device,
            threads=self.setup.threads,
            allocator=process.ALLOCATOR_NAME,
            load_1m=None,
            fresh=self.suite.fresh,
        )
        for probe in self.plan.probes:
            yield from self._probe(probe, where)
        yield self._progress("all probes are done")

    def _probe(self, probe: Probe, where: Circumstances) -> Iterator[Event]:
        """One probe from start to conclusion: its results, then its pairs."""
        entries = [Entry(contender) for contender in self.plan.contenders(probe)]
        self._rule_out(probe, entries)
        references = []
        self.speeds, pressure = [], guards.Pressure()
        suite = self.suite.taking(probe.id)
        where = replace(where, fresh=suite.fresh)
        if suite.fresh:
            # Those that the probe before this one shared with others.
            self._close_seats()
        for number in range(suite.replicates):
            seed = self.plan.request.seed
            preparation = Preparation(probe, seed, number, self.deadline, self.over)
            yield from self._prepare(preparation, entries)
            yield from self._time(preparation, entries)
            if preparation.reference is not None:
                references.append(preparation.reference)
            yield from self._reach()
            if suite.fresh:
                self._close_seats()
        foreign = self._foreign()
        allowed = self.setup.threads + probe.processors - 1
        conclusions.judge(entries, self.over, foreign or (), allowed)
        if suite.fresh:
            yield from self._weigh(probe, entries)
        on_processor = where.device == "cpu"
        where = replace(
            where,
            load_1m=_load(),
            pressure=pressure.share(),
            core_speed=min(self.speeds, default=None),
            foreign=foreign,
            roofline_s=conclusions.roofline(probe, self.peaks) if on_processor else None,
        )
        # Ceilings and NumPy are of the processor, and say nothing of another device.
        reference = conclusions.reference(probe, self.peaks, references) if on_processor else None
        for result in conclusions.results(probe, entries, where, reference):
            self.done += 1
            yield result
        yield from conclusions.pairs(probe, entries, where)

    def _foreign(self) -> tuple[str, ...] | None:
        """Who else computes on the device that is measured; nobody is asked of the CPU."""
        if self.plan.request.device == "cpu":
            return None
        workers = [seat.worker for seat in self.seats.values() if seat.worker is not None]
        return guards.foreign_processes(worker.process.pid for worker in workers)

    def _rule_out(self, probe: Probe, entries: Iterable[Entry]) -> None:
        """Refuse beforehand what is not there, not in the suite, or beyond the budget."""
        left = max(0.0, self.deadline - time.monotonic())
        needed = self.plan.cost_s(probe)
        for entry in entries:
            contender = entry.contender
            if contender.subject in self.absent:
                entry.refused = self.absent[contender.subject]
            elif known := self.plan.refused.get((contender.subject, probe.id)):
                entry.refused = known
            elif (reason := self.plan.leaves_out(contender, probe.id)) is not None:
                entry.refused = Refused("not_run", reason)
            elif left < needed:
                reason = f"{left:.0f} s of the budget were left, it needs about {needed:.0f} s"
                entry.refused = Refused("not_run", reason)

    def _prepare(self, preparation: Preparation, entries: list[Entry]) -> Iterator[Event]:
        """Have the workers build, compile and prove the probe, as many at once as cores."""
        scripts = [
            preparation.script(seat, wanted)
            for seat in sorted(self.seats.values(), key=lambda s: SLOWEST_FIRST.index(s.name))
            if (wanted := [e for e in entries if _of(e, seat) and e.refused is None])
        ]
        if not scripts:
            return
        if preparation.probe.reference_kind == "numpy" and self.plan.request.device == "cpu":
            scripts.append(preparation.numpy_script(self.numpy.seat))
        for ask, reply in drive(scripts, len(self.cores), self.deadline, self.over):
            for seat in self.seats.values():
                described = seat.environment
                if described is not None and described.id not in self.described:
                    self.described.add(described.id)
                    yield described
            yield self._progress(f"{preparation.probe.id}: {self._said(ask, reply)}")

    def _reach(self) -> Iterator[Event]:
        """Ask each library, once, for its best products: no library sets the ceiling alone.

        After it was timed, so that a probe's first call is the first that its process does.
        """
        if self.plan.request.device != "cpu":
            return  # the ceilings are of the processor
        core, dtypes = self.numpy.core, tuple({p.dtype: None for p in self.plan.probes})
        if self.peaks is not None and not self.reached:
            yield from self._look_again(self.peaks)
        for seat in self.seats.values():
            library = seat.backend or seat.framework or seat.name
            if self.peaks is None or library in self.reached or not seat.alive:
                continue
            if time.monotonic() >= self.deadline:
                return
            self.reached.add(library)
            if core is not None:
                seat.ask(protocol.Pin((core,)), self.setup.block_s)
            reply = seat.ask(protocol.Reach(dtypes, self.setup.peak_s), self.setup.block_s)
            if isinstance(reply, protocol.Reached):
                self.peaks = self.peaks.also(reply.ceilings)
                yield self.peaks
            seat.ask(protocol.Pin(self.cores), self.setup.block_s)

    def _look_again(self, peaks: Peaks) -> Iterator[Event]:
        """A ceiling whose looks were far apart was disturbed, so all are looked at once more."""
        self.reached.add("numpy")
        if all(c.looks[0] >= APART * c.looks[1] for c in peaks.ceilings):
            return
        reply = self.numpy.seat.ask(protocol.MeasurePeaks(self.setup.peak_s), self.setup.block_s)
        if isinstance(reply, Peaks):
            self.peaks = peaks.also(reply.ceilings)
            yield self.peaks

    def _weigh(self, probe: Probe, entries: list[Entry]) -> Iterator[Event]:
        """The pass that tells memory: a new process for each contender, which times nothing.

        Variants are left out: what they compile once more takes as long as all the others.
        """
        preparation = Preparation(probe, self.plan.request.seed, 0, self.deadline, self.over)
        usual = [e for e in entries if e.contender.variant is None and conclusions.published(e)]
        scripts = [
            preparation.weighing_script(seat, wanted)
            for seat in self.seats.values()
            if (wanted := [e for e in usual if _of(e, seat)])
        ]
        for _ in drive(scripts, len(self.cores), self.deadline, self.over):
            pass
        yield self._progress(f"{probe.id}: memory is known")
        self._close_seats()

    def _time(self, preparation: Preparation, entries: list[Entry]) -> Iterator[Event]:
        """Take the rounds of what was prepared, and let the workers use all cores again."""
        lanes = [
            Lane(
                seat,
                entry.contender.tier,
                entry.replicates[preparation.number],
                entry,
                entry.contender.variant,
            )
            for seat in self.seats.values()
            for entry in entries
            if _of(entry, seat) and entry.refused is None
        ]
        if preparation.reference is not None:
            lanes.append(Lane(self.numpy.seat, "eager", preparation.reference, None))
        rounds = Rounds(
            lanes=lanes,
            suite=self.suite.taking(preparation.probe.id),
            random=self.random,
            deadline=self.deadline,
            block_timeout_s=self.setup.block_s,
            order=self.blocks,
            number=preparation.number,
            gauge=self.gauge,
        )
        for taken in rounds.run(self._cores(preparation.probe)):
            fewest, most = self.suite.rounds
            yield self._progress(f"{preparation.probe.id}: round {taken} of {fewest} to {most}")
        rounds.release(self.cores)
        self.blocks = rounds.order
        self.speeds += rounds.speeds

    def _cores(self, probe: Probe) -> tuple[int, ...]:
        """Where a probe is timed: on the fastest core, and on others if it may have several."""
        fastest = self.numpy.core
        if fastest is None:
            return ()
        others = [core for core in self.cores if core != fastest]
        return (fastest, *others[: probe.processors - 1])

    def _progress(self, message: str) -> Progress:
        return Progress(self.done, self.plan.planned, message)

    def _said(self, ask: Ask, reply: protocol.Reply) -> str:
        """What a reply means to a person who watches."""
        names = [s.name for s in self.seats.values() if s.worker is ask.worker]
        name = names[0] if names else "numpy"
        if isinstance(reply, Refused):
            return f"{name} {reply.outcome}: {reply.reason}"
        match ask.command:
            case protocol.Load():
                return f"{name} is imported"
            case protocol.Prepare(tier=tier):
                return f"{name} {tier} is ready"
            case _:
                return f"{name} goes on"


def _cannot(subject: Subject, device: str) -> Refused | None:
    """Why a subject is not measured on that kind of device here, before any worker is asked."""
    if not devices.reached(subject.framework, subject.backend, device):
        title = devices.KINDS[device].title
        return Refused("unsupported", f"{subject.name} does not compute on {device} ({title})")
    reason = environments.missing(subject.framework, subject.backend, device)
    return None if reason is None else Refused("not_installed", reason)


def _of(entry: Entry, seat: Seat) -> bool:
    return entry.contender.subject == seat.name


def _load() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None

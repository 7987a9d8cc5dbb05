"""A run of somebody's own file: described by a worker, planned, witnessed, then as any session."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from framework_probes import environments, protocol, session
from framework_probes.catalogue import Suite
from framework_probes.mine.catalogue import Brief
from framework_probes.mine.probes import NO_WORK, probes_of
from framework_probes.mine.source import BadFile, Source
from framework_probes.mine.witness import Witness
from framework_probes.planning import InvalidRequest, Plan, on_this_host
from framework_probes.probe import Probe
from framework_probes.process import WorkerProcess
from framework_probes.protocol import Refused
from framework_probes.results import Event, Framework, OwnFile, Progress, RunRequest, Tier
from framework_probes.seats import SUBJECTS, Seat, Setup, Subject, perform, refusal

SUITE = "mine"
TIERS: tuple[Tier, ...] = ("eager", "compiled")
#: Seconds that a run may take unless it is told otherwise.
BUDGET_S, THOROUGH_S = 300.0, 1200.0
#: Whose first result the others are compared with, the quickest to a first result first:
#: uncompiled, JAX compiles each operation by itself.
WITNESSES = ("pytorch", "keras:pytorch", "tensorflow", "keras:tensorflow", "jax", "keras:jax")
#: Longest that a file may take to be executed and to draw its inputs, without a framework.
DESCRIBE_S = 60.0
#: (subject, probe) to why it came to nothing before anything was timed.
Refusals = dict[tuple[str, str], Refused]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be measured of a file.

    Attributes:
        frameworks: those of the file if None; ``tiers``: which are timed.
        only: ``infer`` or ``train`` where the file has both; None: all that it has.
        thorough: three processes for each, and memory in a pass of its own.
        device: a kind of device, see ``devices.KINDS``.
    """

    file: Path
    frameworks: tuple[str, ...] | None = None
    tiers: tuple[Tier, ...] = TIERS
    only: str | None = None
    thorough: bool = False
    device: str = "cpu"
    budget_s: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that was looked at: what it is, and what will be done."""

    order: Order
    source: Source
    told: protocol.Described
    probes: tuple[Probe, ...]
    frameworks: tuple[Framework, ...]

    def request(self, run: str) -> RunRequest:
        """As it is kept with the run."""
        order = self.order
        usual = THOROUGH_S if order.thorough else BUDGET_S
        return RunRequest(
            run=run,
            suite=SUITE,
            frameworks=self.frameworks,
            probes=tuple(probe.id for probe in self.probes),
            device=order.device,
            budget_s=order.budget_s or usual,
            seed=order.seed,
            own=OwnFile(self.source.name, self.source.sha256, order.tiers, order.thorough),
        )

    def plan(self, run: str) -> Plan:
        """As a session takes it."""
        request = self.request(run)
        return Plan(
            request=request,
            suite=suite(self.order, request),
            probes=self.probes,
            subjects=tuple(s for s in SUBJECTS if s.framework in self.frameworks),
            budget_s=request.budget_s or BUDGET_S,
        )


def look(order: Order, setup: Setup = session.DEFAULT) -> Planned:
    """Have a worker execute the file without a framework, and say what is in it.

    Raises:
        InvalidRequest: the file or an option is not what it must be, in one line.
    """
    on_this_host(order.device)
    for tier in order.tiers or ("",):
        if tier not in TIERS:
            raise InvalidRequest("tiers", tier, f"one or both of {', '.join(TIERS)}")
    try:
        source = Source.read(order.file)
        told = _described(source, setup)
    except BadFile as error:
        raise InvalidFile(str(error)) from None
    probes = tuple(probes_of(told, NO_WORK, str))
    return Planned(order, source, told, _chosen(order, probes), _frameworks(order, told))


class InvalidFile(InvalidRequest):
    """A file that cannot be measured: one line with place, expectation and what to do."""

    def __init__(self, message: str) -> None:
        ValueError.__init__(self, message)
        self.field = "file"


def measure(
    planned: Planned, run: str, setup: Setup = session.DEFAULT
) -> Generator[Event, None, None]:
    """Everything that was planned, as events. Closing it ends every worker."""
    with tempfile.TemporaryDirectory(prefix="framework-mine-", ignore_cleanup_errors=True) as place:
        source = planned.source
        brief = Brief(str(source.path), source.sha256, place)
        setup = replace(setup, catalogue=brief.named())
        refused: Refusals = {}
        plan = replace(planned.plan(run), refused=refused)
        with closing(session.carry_out(plan, setup)) as events:
            yield next(events)
            if not planned.told.referenced:
                yield from _testify(planned, plan, setup, Path(place), refused)
            yield from events


def suite(order: Order, request: RunRequest) -> Suite:
    """How it is measured: as in ``quick``, or as thoroughly as in ``full``."""
    return Suite(
        probes=request.probes or (),
        tiers=tuple(tier for tier in TIERS if tier in order.tiers),
        budget_s=request.budget_s or BUDGET_S,
        rounds=(10, 40) if order.thorough else (8, 20),
        block_s=0.010,
        probe_s=30.0 if order.thorough else 9.0,
        replicates=3 if order.thorough else 1,
        fresh=order.thorough,
    )


def _described(source: Source, setup: Setup) -> protocol.Described:
    with tempfile.TemporaryDirectory(prefix="framework-mine-", ignore_cleanup_errors=True) as place:
        brief = Brief(str(source.path), source.sha256, place)
        with WorkerProcess(
            sys.executable,
            Path(place) / "describing",
            catalogue=brief.named(),
            memory_bytes=setup.memory_bytes,
        ) as worker:
            reply = worker.ask(protocol.Describe(), DESCRIBE_S)
    if not isinstance(reply, protocol.Described):
        said = refusal(reply)
        # What the file is to blame for begins with its name.
        known = said.reason.startswith(source.name)
        raise BadFile(said.reason if known else f"{source.name}: {said.reason}")
    return reply


def _frameworks(order: Order, told: protocol.Described) -> tuple[Framework, ...]:
    for framework in order.frameworks or ():
        if framework not in told.frameworks:
            expected = f"one of those that {order.file.name} has: {', '.join(told.frameworks)}"
            raise InvalidRequest("frameworks", framework, expected)
    wanted = order.frameworks or told.frameworks
    if told.kind == "torch-and-keras" and "pytorch" not in wanted:
        raise InvalidRequest(
            "frameworks", ",".join(wanted), "pytorch among them: its module gives the weights"
        )
    return tuple(framework for framework in told.frameworks if framework in wanted)


def _chosen(order: Order, probes: tuple[Probe, ...]) -> tuple[Probe, ...]:
    if order.only is None:
        return probes
    wanted = [p for p in probes if p.id.endswith(".train") == (order.only == "train")]
    if not wanted:
        raise InvalidFile(
            f"{order.file.name}: has no training step; expected training(), which returns a loss "
            "and an optimizer, beside keras_model()"
        )
    return tuple(wanted)


def _testify(
    planned: Planned, plan: Plan, setup: Setup, folder: Path, refused: Refusals
) -> Iterator[Event]:
    """Have somebody compute each probe first. Who fails at that is refused for good."""
    device = plan.request.device
    with _seats(_candidates(planned, plan.subjects), folder, setup, device) as seats:
        for probe in plan.probes:
            for name, seat in seats.items():
                said = f"{probe.id}: {name} computes it first, for the others to be compared with"
                yield Progress(0, plan.planned, said)
                failure = _ask(seat, probe, plan.request.seed)
                if failure is None:
                    Witness(folder).name(probe.id, name)
                    break
                refused[name, probe.id] = failure
            else:
                _nobody(plan, probe, refused)


def _nobody(plan: Plan, probe: Probe, refused: Refusals) -> None:
    """Refuse who was not asked as well: there is nothing to compare with."""
    said = [f"{name}: {why.reason}" for (name, of), why in refused.items() if of == probe.id]
    device = plan.request.device
    if said:
        why = Refused("not_run", f"nothing to compare with, as {said[0]}"[:400])
        for subject in plan.subjects:
            if environments.missing(subject.framework, subject.backend, device) is None:
                refused.setdefault((subject.name, probe.id), why)


def _candidates(planned: Planned, subjects: tuple[Subject, ...]) -> list[Subject]:
    device = planned.order.device
    there = [s for s in subjects if environments.missing(s.framework, s.backend, device) is None]
    if planned.told.kind == "torch-and-keras":
        there = [subject for subject in there if subject.framework == "pytorch"]
    return sorted(there, key=lambda subject: WITNESSES.index(subject.name))


@contextmanager
def _seats(
    subjects: list[Subject], folder: Path, setup: Setup, device: str
) -> Iterator[Mapping[str, Seat]]:
    seats = {s.name: Seat(s.name, s.framework, s.backend, folder, setup, device) for s in subjects}
    try:
        yield seats
    finally:
        for seat in seats.values():
            seat.close()


def _ask(seat: Seat, probe: Probe, seed: int) -> Refused | None:
    """Why it could not be the witness; None where it was."""
    if not seat.alive:
        failure = perform(seat.open())
        if failure is not None:
            return failure
    reply = seat.ask(protocol.Testify(probe.id, seed), seat.setup.prepare_s)
    return None if isinstance(reply, protocol.Testified) else refusal(reply)

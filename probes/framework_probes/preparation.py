"""Having a worker build, compile and prove a probe: the scripts that a session drives."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field

from framework_probes import protocol
from framework_probes.entries import Entry, Replicate
from framework_probes.probe import Probe
from framework_probes.protocol import Refused
from framework_probes.seats import BREAKER, Ask, Script, Seat, refusal


@dataclass(slots=True)
class Preparation:
    """One probe in one set of processes.

    Attributes:
        probe: what is prepared; ``seed``: of its inputs.
        number: the replicate, from 0.
        deadline: monotonic seconds after which nothing is started; ``over``: what is said then.
        reference: where the NumPy program's blocks go, once it is prepared.
    """

    probe: Probe
    seed: int
    number: int
    deadline: float
    over: str
    reference: Replicate | None = field(default=None)

    def script(self, seat: Seat, entries: list[Entry]) -> Script:
        """Prepare one subject's tiers. A dead worker is replaced, and what it held redone."""
        pending, held = list(entries), list[Entry]()
        if seat.worker is not None and seat.alive:
            yield Ask(seat.worker, protocol.Forget(), seat.setup.load_s)
        while pending:
            entry = pending.pop(0)
            entry.refused = yield from self._entry(seat, entry)
            if entry.refused is None:
                held.append(entry)
            elif not seat.alive:
                pending, held = held + pending, []

    def weighing_script(self, seat: Seat, entries: list[Entry]) -> Script:
        """Ask a new process of the subject for the memory that each tier takes by itself."""
        for entry in entries:
            if time.monotonic() >= self.deadline:
                return
            failure = yield from seat.open()
            if failure is not None or seat.worker is None:
                return
            contender = entry.contender
            command = protocol.Weigh(self.probe.id, contender.tier, self.seed, contender.variant)
            reply = yield Ask(seat.worker, command, seat.setup.prepare_s)
            if isinstance(reply, protocol.Weighed):
                entry.weighed = reply
        seat.close()

    def numpy_script(self, seat: Seat) -> Script:
        """Prepare the NumPy reference; without it, times are judged against nothing."""
        if seat.worker is None or not seat.alive:
            return
        yield Ask(seat.worker, protocol.Forget(), seat.setup.load_s)
        command = protocol.Prepare(self.probe.id, "eager", self.seed)
        reply = yield Ask(seat.worker, command, seat.setup.prepare_s)
        if isinstance(reply, protocol.Prepared):
            self.reference = Replicate(reply, None, "")

    def _entry(self, seat: Seat, entry: Entry) -> Generator[Ask, protocol.Reply, Refused | None]:
        if time.monotonic() >= self.deadline:
            return Refused("not_run", self.over)
        if seat.failures >= BREAKER:
            return Refused("not_run", f"given up after {BREAKER} failures in a row")
        if not seat.alive:
            failure = yield from seat.open()
            if failure is not None:
                return failure
        if seat.worker is None or seat.loaded is None or seat.environment is None:
            return Refused("crash", "the worker ended before it was asked")
        command = protocol.Prepare(
            self.probe.id, entry.contender.tier, self.seed, entry.contender.variant
        )
        reply = yield Ask(seat.worker, command, seat.setup.prepare_s)
        if not isinstance(reply, protocol.Prepared):
            refused = seat.failed(refusal(reply))
            if refused.outcome == "oom":
                # What it took may not come back, and whoever is next would fail for it.
                seat.worker.kill()
            return refused
        seat.failures = 0
        replicate = Replicate(reply, seat.loaded.import_s, seat.environment.id)
        entry.replicates = [*entry.replicates[: self.number], replicate]
        return None

"""Timing contenders alternately: each round asks every one for a block, in a random order."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from framework_probes import comparison, guards, protocol, statistics
from framework_probes.catalogue import Suite
from framework_probes.entries import Entry, Replicate, belong_together, block_of
from framework_probes.protocol import Refused
from framework_probes.results import Tier
from framework_probes.seats import Seat, refusal

#: Relative width of its 95% interval at which a pair is known well enough.
WIDTH = 0.05
#: Rounds are taken again for those that were disturbed as often as this share of the fewest.
AGAIN = 1.0


@dataclass(slots=True)
class Lane:
    """One prepared program that takes turns; the NumPy reference has no entry."""

    seat: Seat
    tier: Tier
    replicate: Replicate
    entry: Entry | None
    variant: str | None = None


@dataclass(slots=True)
class Rounds:
    """The rounds of one probe in one set of processes.

    Attributes:
        lanes: who takes turns.
        suite: how many rounds, and how long.
        random: decides the order of turns.
        deadline: monotonic seconds after which no round is begun.
        block_timeout_s: longest answer of a worker.
        order: place of the next block in the session.
        number: of the replicate.
        gauge: tells how fast the core is; None: nobody does.
        taken: rounds so far; ``speeds``: of the core around each of them.
    """

    lanes: list[Lane]
    suite: Suite
    random: random.Random
    deadline: float
    block_timeout_s: float
    order: int
    number: int = 0
    gauge: guards.CoreGauge | None = None
    taken: int = 0
    speeds: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def run(self, cores: tuple[int, ...]) -> Iterator[int]:
        """Take rounds on those cores until enough is known; yields their number after each."""
        if cores:
            self._pin(cores)
        before = self._speed()
        while self._wanted():
            turns = list(self.lanes)
            self.random.shuffle(turns)
            for lane in turns:
                if lane in self.lanes:
                    self._turn(lane)
            after = self._speed()
            self._label(min([s for s in (before, after) if s is not None], default=None))
            before = after
            self.taken += 1
            yield self.taken
        for lane in list(self.lanes):
            self._settle(
                lane, lane.seat.ask(protocol.Check(lane.tier, lane.variant), self.block_timeout_s)
            )

    def release(self, cores: Sequence[int]) -> None:
        """Let the workers use all cores again, for importing and compiling."""
        self._pin(tuple(cores))

    def _pin(self, cores: tuple[int, ...]) -> None:
        for seat in {id(lane.seat): lane.seat for lane in self.lanes}.values():
            reply = seat.ask(protocol.Pin(cores), self.block_timeout_s)
            if isinstance(reply, protocol.Pinned) and set(reply.cores) not in (set(), set(cores)):
                why = f"asked for cores {cores}, the system gave {reply.cores}"
                reply = Refused("contended", why)
            if isinstance(reply, Refused):
                self._drop(seat, None, reply)

    def _speed(self) -> float | None:
        speed = self.gauge.speed() if self.gauge is not None else None
        if speed is not None:
            self.speeds.append(speed)
        return speed

    def _label(self, speed: float | None) -> None:
        """Say of this round's blocks what disturbed them."""
        for lane in self.lanes:
            blocks = lane.replicate.blocks
            if blocks and blocks[-1].round == self.taken:
                blocks[-1] = guards.labelled(blocks[-1], speed)

    def _wanted(self) -> bool:
        """Whether another round is worth its time."""
        if not any(lane.entry for lane in self.lanes) or time.monotonic() >= self.deadline:
            return False
        fewest, most = self.suite.rounds
        elapsed = time.monotonic() - self.started
        overdue = elapsed >= self.suite.probe_s
        fewest = statistics.FEWEST if overdue else fewest
        if self.taken < fewest:
            return True
        if self._disturbed(fewest):
            again = fewest + round(AGAIN * fewest)
            return self.taken < again and elapsed < (1 + AGAIN) * self.suite.probe_s
        return self.taken < most and not overdue and not self._known()

    def _disturbed(self, fewest: int) -> bool:
        """Whether some contender has too few blocks that count."""
        return any(
            guards.sound(lane.replicate.blocks) < fewest
            for lane in self.lanes
            if lane.entry is not None
        )

    def _known(self) -> bool:
        """Whether every pair's interval is narrow, by the blocks of these processes alone."""
        timed = [
            (lane.entry.contender, lane.replicate.blocks)
            for lane in self.lanes
            if lane.entry is not None
        ]
        return all(
            comparison.precision(x, y) <= WIDTH
            for i, (a, x) in enumerate(timed)
            for b, y in timed[:i]
            if belong_together(a, b) and comparison.comparable(x, y)
        )

    def _turn(self, lane: Lane) -> None:
        command = protocol.Run(lane.tier, self.suite.block_s, lane.variant)
        reply = lane.seat.ask(command, self.block_timeout_s)
        if isinstance(reply, protocol.Ran):
            replicate = lane.replicate
            replicate.blocks.append(block_of(reply, self.order, self.number, self.taken))
            replicate.cores.add(reply.core)
            replicate.traces = max(replicate.traces, reply.traces)
            self.order += 1
        else:
            self._settle(lane, reply)

    def _settle(self, lane: Lane, reply: protocol.Reply) -> None:
        """Take a lane out if what it answered is a refusal."""
        if isinstance(reply, protocol.Checked):
            return
        self._drop(lane.seat, lane, refusal(reply))

    def _drop(self, seat: Seat, lane: Lane | None, why: Refused) -> None:
        """Take out a lane, and with a dead worker everything that it had prepared."""
        seat.failed(why)
        for other in [o for o in self.lanes if o.seat is seat]:
            if lane is not None and other is not lane and seat.alive:
                continue
            self.lanes.remove(other)
            if other.entry is None:
                other.replicate.blocks.clear()
            elif other is lane or lane is None:
                other.entry.refused = why
            else:
                reason = f"its process ended while the other tier was timed: {why.reason}"
                other.entry.refused = Refused("not_run", reason[:300])

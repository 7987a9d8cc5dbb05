"""Two workers of one framework, timed against each other: what the true ratio is, is known.

They take turns exactly as contenders of a session do, by the same rounds, and what is concluded
goes through the same judgement. Afterwards the same blocks are taken one worker after the other,
where the system puts them, as one times two programs without a protocol.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from framework_probes import conclusions, environments, guards, host, protocol
from framework_probes.catalogue import SUITES, Suite
from framework_probes.entries import Entry, Replicate, block_of
from framework_probes.protocol import Refused
from framework_probes.results import Contender, Tier
from framework_probes.rounds import Lane, Rounds
from framework_probes.seats import SUBJECTS, Ask, Seat, Setup, Subject, drive, perform
from framework_probes.selftests import recording
from framework_probes.selftests.operations import name
from framework_probes.selftests.recording import Series, Which
from framework_probes.selftests.scoring import Scored, said

#: Workers find the operations of the selftests under this name.
CATALOGUE = "framework_probes.selftests.operations"
TIERS: tuple[Tier, ...] = ("eager", "compiled")
#: Rounds, block length and stopping rule are those of users' runs.
SUITE = SUITES["quick"]
OVER = "the selftest ended before it was measured"
#: A trial that takes longer than this hangs: seconds.
LONGEST_S = 600.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """An operation called ``a`` times an iteration by one twin and ``b`` times by the other."""

    operation: str
    a: int = 1
    b: int = 1

    @property
    def truth(self) -> float:
        """The true ratio: time of b over time of a."""
        return self.b / self.a


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried.

    Attributes:
        subjects: the frameworks.
        trials: the operations, on each subject and tier.
        replicates: fresh pairs of processes.
        suite: its rounds and block length.
        sequential: whether the blocks are also taken one worker after the other.
    """

    subjects: tuple[Subject, ...]
    trials: tuple[Trial, ...]
    replicates: int = SUITE.replicates
    suite: Suite = SUITE
    sequential: bool = True


@dataclass(slots=True)
class Contest:
    """What the twins gave in one trial and tier, alternated and one after the other."""

    subject: Subject
    trial: Trial
    tier: Tier
    alternated: tuple[Entry, Entry]
    sequential: tuple[Entry, Entry]

    def scored(self) -> Scored:
        """What is concluded of it."""
        a, b = self.alternated
        refused = a.refused or b.refused
        why = f"{refused.outcome}: {refused.reason}" if refused else None
        return Scored(
            self.subject.name,
            self.trial.operation,
            self.tier,
            self.trial.truth,
            said(a.blocks, b.blocks, why),
            said(self.sequential[0].blocks, self.sequential[1].blocks),
            why or "",
        )

    def series(self) -> Iterator[Series]:
        """Its blocks as a recording keeps them."""
        refused = self.alternated[0].refused or self.alternated[1].refused
        for alternated, pair in ((True, self.alternated), (False, self.sequential)):
            which = Which(
                self.subject.name,
                self.trial.operation,
                self.trial.truth,
                self.tier,
                alternated,
                refused.outcome if refused else None,
            )
            for twin, entry in enumerate(pair):
                yield from recording.series(which, twin, entry.blocks)


def available(subjects: Iterable[Subject] = SUBJECTS) -> tuple[dict[str, str], tuple[Subject, ...]]:
    """Why subjects are absent, by name, and those that are there."""
    absent = {s.name: environments.missing(s.framework, s.backend) for s in subjects}
    present = tuple(s for s in subjects if absent[s.name] is None)
    return {name: reason for name, reason in absent.items() if reason is not None}, present


def contests(effort: Effort, say: Say, seed: int = 0) -> Iterator[Contest]:
    """Try everything: each subject, each trial, both tiers, in fresh pairs of processes.

    What fails carries its reason in ``Entry.refused``; nothing is left out.
    """
    order = random.Random(seed)
    setup = Setup(catalogue=CATALOGUE)
    with (
        TemporaryDirectory(prefix="framework-selftest-", ignore_cleanup_errors=True) as folder,
        gauged(Path(folder), setup) as (core, gauge),
    ):
        for subject in effort.subjects:
            place = Path(folder) / subject.name.replace(":", "-")
            twins = _Twins(subject, effort, place, setup, core, gauge, order)
            for number in range(effort.replicates):
                twins.live(number, say)
            yield from twins.judged()


@contextmanager
def gauged(folder: Path, setup: Setup) -> Iterator[tuple[int | None, guards.CoreGauge]]:
    """The core that is fastest now, None where one cannot choose, and a worker that watches it."""
    seat = Seat("numpy", None, None, folder / "core", setup)
    try:
        perform(seat.open())
        reply = seat.ask(protocol.Calibrate(), setup.block_s)
        core = reply.core if isinstance(reply, protocol.Calibrated) else None
        if core is not None:
            seat.ask(protocol.Pin((core,)), setup.block_s)
        yield core, guards.CoreGauge(seat, setup.block_s)
    finally:
        seat.close()


@dataclass(slots=True)
class _Twins:
    """The twins of one subject with everything that they gave so far."""

    subject: Subject
    effort: Effort
    folder: Path
    setup: Setup
    core: int | None
    gauge: guards.CoreGauge
    order: random.Random
    seats: tuple[Seat, ...] = ()
    contests: dict[tuple[Trial, Tier], Contest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for trial in self.effort.trials:
            for tier in TIERS:
                who = Contender(self.subject.framework, self.subject.backend, tier)
                self.contests[trial, tier] = Contest(
                    self.subject, trial, tier, (Entry(who), Entry(who)), (Entry(who), Entry(who))
                )

    def live(self, number: int, say: Say) -> None:
        """The life of one pair of processes: every trial in it."""
        with self.workers() as lost:
            say(f"{self.subject.name}: processes {number + 1} of {self.effort.replicates}")
            for trial in self.effort.trials if lost is None else ():
                self.take(trial, number)
                say(f"{self.subject.name}: {trial.operation} {trial.b}:{trial.a}")

    @contextmanager
    def workers(self) -> Iterator[Refused | None]:
        """Two fresh processes with the framework imported, reaped at the end; or why not."""
        who = self.subject
        self.seats = tuple(
            Seat(f"{who.name}:{twin}", who.framework, who.backend, self.folder, self.setup)
            for twin in "ab"
        )
        lost: list[Refused] = []
        try:
            _side_by_side([_opening(seat, lost) for seat in self.seats])
            for contest in self.contests.values() if lost else ():
                for entry in (*contest.alternated, *contest.sequential):
                    entry.refused = lost[0]
            yield lost[0] if lost else None
        finally:
            for seat in self.seats:
                seat.close()

    def take(self, trial: Trial, number: int) -> None:
        """One trial in the processes at hand, both tiers side by side."""
        mine = [self.contests[trial, tier] for tier in TIERS]
        scripts = [self._preparing(s, twin, trial, number) for twin, s in enumerate(self.seats)]
        _side_by_side(scripts)
        ready = [c for c in mine if all(_ready(entry, number) for entry in c.alternated)]
        lanes = [
            Lane(seat, contest.tier, entry.replicates[number], entry)
            for contest in ready
            for seat, entry in zip(self.seats, contest.alternated, strict=True)
        ]
        if not lanes:
            return
        rounds = Rounds(
            lanes=lanes,
            suite=self.effort.suite,
            random=self.order,
            deadline=time.monotonic() + LONGEST_S,
            block_timeout_s=self.setup.block_s,
            order=0,
            number=number,
            gauge=self.gauge,
        )
        taken = max(rounds.run(() if self.core is None else (self.core,)), default=0)
        rounds.release(host.usable_cores())
        for contest in ready if self.effort.sequential else ():
            for seat, entry in zip(self.seats, contest.sequential, strict=True):
                self._one_after_the_other(seat, contest.tier, entry, number, taken)

    def judged(self) -> Iterator[Contest]:
        """Everything that was taken, judged as a session judges it."""
        for trial in self.effort.trials:
            mine = [self.contests[trial, tier] for tier in TIERS]
            conclusions.judge([entry for c in mine for entry in c.alternated], OVER)
            yield from mine

    def _preparing(
        self, seat: Seat, twin: int, trial: Trial, number: int
    ) -> Generator[Ask, protocol.Reply, None]:
        """A script that prepares one twin's side of a trial in every tier."""
        if seat.worker is None:
            return
        yield Ask(seat.worker, protocol.Forget(), self.setup.load_s)
        probe = name(trial.operation, (trial.a, trial.b)[twin])
        for tier in TIERS:
            contest = self.contests[trial, tier]
            command = protocol.Prepare(probe, tier, number)
            reply = yield Ask(seat.worker, command, self.setup.prepare_s)
            for entry in (contest.alternated[twin], contest.sequential[twin]):
                if isinstance(reply, protocol.Prepared):
                    entry.replicates.append(Replicate(reply, None, ""))
                elif isinstance(reply, Refused):
                    entry.refused = reply

    def _one_after_the_other(
        self, seat: Seat, tier: Tier, entry: Entry, number: int, count: int
    ) -> None:
        blocks = entry.replicates[number].blocks
        for place in range(count):
            reply = seat.ask(protocol.Run(tier, self.effort.suite.block_s), self.setup.block_s)
            if isinstance(reply, protocol.Ran):
                blocks.append(block_of(reply, place, number, place))


def _ready(entry: Entry, number: int) -> bool:
    return entry.refused is None and len(entry.replicates) > number


def _opening(seat: Seat, lost: list[Refused]) -> Generator[Ask, protocol.Reply, None]:
    failure = yield from seat.open()
    if failure is not None:
        lost.append(failure)


def _side_by_side(scripts: Iterable[Generator[Ask, protocol.Reply, None]]) -> None:
    """As many at once as there are cores, as a session prepares."""
    for _ in drive(scripts, len(host.usable_cores()), time.monotonic() + LONGEST_S, OVER):
        pass

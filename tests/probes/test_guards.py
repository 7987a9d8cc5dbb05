"""Disturbances are noticed, labelled and tried again; nothing is dropped in silence."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, cast

import pytest

from framework_probes import guards, protocol
from framework_probes.catalogue import SUITES
from framework_probes.entries import Entry, Replicate, block_of
from framework_probes.guards import CROWDED, THROTTLED, CoreGauge, Pressure, foreign_processes
from framework_probes.protocol import Prepared, Ran
from framework_probes.results import Contender, Equality
from framework_probes.rounds import Lane, Rounds
from framework_probes.statistics import FEWEST

PREPARED = Prepared(0.5, 0.01, 1e-3, 1, Equality("r", ("y",), 1e-7, 2e-5), "", None, 100)


class Machine:
    """A living worker whose core runs at these speeds, one round after the other."""

    alive = True

    def __init__(self, speeds: list[float], share: float = 1.0) -> None:
        self.speeds = speeds
        self.share = share
        self.asked = 0

    def ask(self, command: object, timeout_s: float) -> protocol.Reply:
        match command:
            case protocol.Gauge():
                speed = self.speeds[min(self.asked, len(self.speeds) - 1)]
                self.asked += 1
                return protocol.Gauged(1e-3 / speed)
            case protocol.Run():
                return Ran(10, (1e-3,) * 3, (self.share * 1e-3,) * 3, 0, 1, 0)
            case protocol.Check():
                return protocol.Checked()
            case _:
                return protocol.Pinned(())

    def failed(self, why: protocol.Refused) -> None:
        """Nothing more to do."""


def rounds_on(machine: Machine) -> list[Replicate]:
    """Two contenders timed on that machine, as the quick suite does."""
    replicates = [Replicate(PREPARED, 1.0, "env_1") for _ in range(2)]
    lanes = [
        Lane(cast(Any, machine), "eager", replicate, Entry(Contender(name, None, "eager")))
        for name, replicate in zip(("jax", "pytorch"), replicates, strict=True)
    ]
    gauge = CoreGauge(cast(Any, machine), 1.0)
    rounds = Rounds(lanes, SUITES["quick"], random.Random(0), 1e12, 1.0, 0, 0, gauge)
    assert list(rounds.run(()))
    return replicates


def test_a_core_is_measured_against_the_best_that_was_seen_of_it() -> None:
    gauge = CoreGauge(cast(Any, Machine([0.8, 1.0, 0.5])), 1.0)
    assert gauge.speed() == 1.0
    assert gauge.speed() == 1.0
    assert gauge.speed() == pytest.approx(0.5)


def test_quiet_rounds_are_taken_as_often_as_the_suite_says() -> None:
    for replicate in rounds_on(Machine([1.0])):
        assert len(replicate.blocks) == SUITES["quick"].rounds[0]
        assert {block.disturbed for block in replicate.blocks} == {None}


def test_a_round_on_a_slowed_core_is_labelled_kept_and_taken_again() -> None:
    slow = THROTTLED - 0.05
    for replicate in rounds_on(Machine([1.0, 1.0, slow, slow, 1.0])):
        fewest = SUITES["quick"].rounds[0]
        labels = [block.disturbed for block in replicate.blocks]
        # The gauge's third and fourth answers surround rounds 1, 2 and 3.
        assert labels[:4] == [None, "throttled", "throttled", "throttled"]
        assert labels.count(None) == fewest
        assert [block.round for block in replicate.blocks] == list(range(fewest + 3))


@pytest.mark.parametrize(
    ("machine", "kind"),
    [
        (Machine([1.0, THROTTLED - 0.1]), "throttled"),
        (Machine([1.0], share=CROWDED - 0.05), "contended"),
    ],
)
def test_trying_again_has_a_bound_and_ends_in_an_outcome(machine: Machine, kind: str) -> None:
    for replicate in rounds_on(machine):
        assert len(replicate.blocks) == 2 * SUITES["quick"].rounds[0]
        found = guards.disturbance(replicate.blocks)
        assert found is not None
        assert found[0] == kind
        assert f"{len(replicate.blocks)} of {len(replicate.blocks)} blocks" in found[1]


def test_where_nobody_gauges_nothing_is_throttled() -> None:
    block = block_of(Ran(1, (1e-3,), (1e-3,), 0, 1, 0), 0, 0, 0)
    assert guards.labelled(block, None).disturbed is None


def test_a_minority_of_disturbed_blocks_is_no_outcome() -> None:
    block = block_of(Ran(1, (1e-3,), (1e-3,), 0, 1, 0), 0, 0, 0)
    calm, slow = guards.labelled(block, 1.0), guards.labelled(block, THROTTLED - 0.1)
    assert guards.disturbance([calm] * (FEWEST - 1) + [slow] * 2) is None
    assert guards.disturbance([calm] * 2 + [slow] * (FEWEST - 1)) is not None


def test_pressure_is_the_share_of_time_in_which_somebody_waited(tmp_path: Path) -> None:
    source = tmp_path / "cpu"
    source.write_text("some avg10=1.0 avg60=1.0 avg300=1.0 total=2000000\nfull total=5\n")
    assert guards.stalled_seconds(source) == 2.0
    pressure = Pressure(source)
    pressure.started -= 10.0
    source.write_text("some avg10=1.0 avg60=1.0 avg300=1.0 total=4500000\nfull total=5\n")
    assert pressure.share() == pytest.approx(0.25, rel=0.01)


def test_pressure_that_nobody_counts_is_unknown(tmp_path: Path) -> None:
    assert Pressure(tmp_path / "nothing").share() is None


def test_processes_of_others_on_the_device_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert foreign_processes([11]) is None
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho '11, python'\necho '99, /usr/bin/render'\n")
    tool.chmod(0o755)
    assert foreign_processes([11]) == ("99, /usr/bin/render",)
    assert foreign_processes([11, 99]) == ()
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert foreign_processes([11]) is None

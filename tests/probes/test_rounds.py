"""A contender that cannot be put on the core of the others is not timed beside them."""

from __future__ import annotations

import random
from typing import Any, cast

import pytest

from framework_probes import protocol
from framework_probes.catalogue import SUITES
from framework_probes.entries import Entry
from framework_probes.results import Contender
from framework_probes.rounds import Lane, Rounds


class StubbornSeat:
    """A living worker that answers a request for a core with these cores."""

    alive = True

    def __init__(self, answer: protocol.Pinned | protocol.Refused) -> None:
        self.answer = answer
        self.asked: list[object] = []

    def ask(self, command: object, timeout_s: float) -> object:
        self.asked.append(command)
        return self.answer

    def failed(self, why: protocol.Refused) -> None:
        """Nothing more to do: the process lives."""


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (protocol.Pinned((0, 1)), "contended"),
        (protocol.Refused("unsupported", "no such call"), "unsupported"),
        (protocol.Pinned((1,)), None),
        (protocol.Pinned(()), None),
    ],
)
def test_who_is_not_on_the_core_takes_no_turn(
    answer: protocol.Pinned | protocol.Refused, outcome: str | None
) -> None:
    seat = StubbornSeat(answer)
    entries = [Entry(Contender("jax", None, tier)) for tier in ("eager", "compiled")]
    lanes = [
        Lane(cast(Any, seat), entry.contender.tier, cast(Any, None), entry) for entry in entries
    ]
    # A deadline that has passed: the rounds end right after the cores were asked for.
    rounds = Rounds(lanes, SUITES["quick"], random.Random(0), 0.0, 1.0, 0)
    if outcome is None:
        rounds._pin((1,))
        assert rounds.lanes == lanes
        assert all(entry.refused is None for entry in entries)
    else:
        assert list(rounds.run((1,))) == []
        assert rounds.lanes == []
        assert {entry.refused.outcome for entry in entries if entry.refused} == {outcome}
    assert seat.asked == [protocol.Pin((1,))]

"""Runs that do not add up are found out, each with the place and the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import measuring
from framework_probes.catalogue import CATALOGUE
from framework_probes.conclusions import steady
from framework_probes.export import MeasuredHost
from framework_probes.results import Block, Environment, Pair, Peaks, Rate, Reference, Result
from framework_probes.verification import CEILING, Content, flaws

Change = Callable[[Result], Result]


def content(peaks: Peaks | None = measuring.PEAKS) -> Content:
    events = measuring.events()
    return Content(
        "run_1",
        (MeasuredHost(measuring.HOST, peaks),),
        tuple(each for each in events if isinstance(each, Environment)),
        tuple(each for each in events if isinstance(each, Result)),
        tuple(each for each in events if isinstance(each, Pair)),
    )


def with_first(change: Change) -> Content:
    whole = content()
    return replace(whole, results=(change(whole.results[0]), *whole.results[1:]))


def timed(**changes: Any) -> Change:
    return lambda result: replace(result, time=replace(result.time, **changes))


def blocks(change: Callable[[Block], Block]) -> Change:
    return lambda result: replace(result, blocks=tuple(map(change, result.blocks)))


def test_what_the_probes_write_adds_up() -> None:
    assert list(flaws(content())) == []


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        (timed(seconds=9e-4), "/results/0/time/seconds", "raw blocks"),
        (timed(ci95=(9e-4, 1.1e-3)), "/results/0/time/ci95/0", "raw blocks"),
        (timed(statistic="mean"), "/results/0/time/statistic", "raw blocks"),
        (timed(blocks=80), "/results/0/time/blocks", "raw blocks"),
        (timed(replicates=5), "/results/0/time/replicates", "raw blocks"),
        (lambda r: replace(r, time=None), "/results/0/time", "has no time"),
        (lambda r: replace(r, blocks=()), "/results/0/blocks", "no time comes out"),
        (blocks(lambda b: replace(b, round=None)), "/results/0/blocks", "lacks its round"),
        (blocks(lambda b: replace(b, wall_quartile_s=-1.0)), "/results/0/blocks", "positive"),
        (
            blocks(lambda b: replace(b, wall_samples_s=(1e-3,), cpu_samples_s=(1e-3, 1e-3))),
            "/results/0/blocks/0",
            "1 samples",
        ),
        (
            blocks(lambda b: replace(b, wall_samples_s=(5e-3,), cpu_samples_s=(5e-3,))),
            "/results/0/blocks/0/wall_s",
            "raw blocks",
        ),
        (lambda r: replace(r, run="run_9"), "/results/0/run", "not in the document"),
        (lambda r: replace(r, host="host_9"), "/results/0/host", "not in the document"),
        (lambda r: replace(r, environment="env_9"), "/results/0/environment", "not in the"),
        (lambda r: replace(r, id="a/b"), "/results/0/id", "is no id"),
        (lambda r: replace(r, id=content().results[1].id), "/results/1/id", "stands twice"),
    ],
)
def test_a_result_that_does_not_add_up_is_pointed_at(
    change: Change, pointer: str, said: str
) -> None:
    found = list(flaws(with_first(change)))
    assert pointer in [flaw.pointer for flaw in found]
    assert said in next(flaw.said for flaw in found if flaw.pointer == pointer)


def test_a_time_that_differs_in_the_last_digits_is_the_same() -> None:
    seconds = steady(content().results[0].blocks).seconds
    assert list(flaws(with_first(timed(seconds=seconds * (1 + 1e-12))))) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ratio": 3.0}, "/pairs/0/ratio"),
        ({"ci95": (1.0, 2.1)}, "/pairs/0/ci95/0"),
        ({"verdict": "slower"}, "/pairs/0/verdict"),
        ({"rounds": 99}, "/pairs/0/rounds"),
        ({"probe": "softmax"}, "/pairs/0"),
    ],
)
def test_a_pair_that_its_blocks_do_not_give_is_pointed_at(
    changes: dict[str, Any], field: str
) -> None:
    whole = content()
    forged = replace(whole, pairs=(replace(whole.pairs[0], **changes), *whole.pairs[1:]))
    assert field in [flaw.pointer for flaw in flaws(forged)]


def test_nothing_is_faster_than_the_roofline_that_it_names() -> None:
    seconds = content().results[0].time.seconds  # type: ignore[union-attr]
    beyond = Reference("roofline", seconds * CEILING * 1.01)
    (flaw,) = flaws(with_first(lambda r: replace(r, reference=beyond)))
    assert flaw.pointer == "/results/0/time/seconds"
    assert "1.26 times as fast as its host's roofline" in flaw.said
    within = Reference("roofline", seconds * CEILING * 0.99)
    assert list(flaws(with_first(lambda r: replace(r, reference=within)))) == []
    share = Rate(None, None, of_roofline=CEILING * 1.01)
    (flaw,) = flaws(with_first(lambda r: replace(r, rate=share)))
    assert flaw.pointer == "/results/0/time/seconds"
    by_numpy = Reference("numpy", seconds * 50)
    assert list(flaws(with_first(lambda r: replace(r, reference=by_numpy)))) == []


def test_nor_than_the_roofline_that_its_hosts_peaks_give() -> None:
    """Leaving the reference out does not help."""
    shape = CATALOGUE["matmul"].shape
    slow = Peaks(1e9, 1e9, "a slow machine")

    def hidden(result: Result) -> Result:
        return replace(result, reference=None, shape=shape)

    forged = replace(with_first(hidden), hosts=(MeasuredHost(measuring.HOST, slow),))
    assert [flaw.pointer for flaw in flaws(forged)] == ["/results/0/time/seconds"]

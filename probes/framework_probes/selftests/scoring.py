"""What a protocol said of twins, against what is true of them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from framework_probes import comparison, statistics
from framework_probes.results import Block, Tier, Verdict
from framework_probes.selftests import recording
from framework_probes.selftests.recording import Recording
from framework_probes.selftests.report import Skipped

Score = Literal["right", "wrong", "ambiguous", "withheld"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a protocol says of twins. ``withheld``: why it gives no verdict, None if it does."""

    ratio: float
    low: float
    high: float
    verdict: Verdict
    withheld: str | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """One comparison of twins: the truth, what was said, and why nothing was if so.

    ``truth`` and ratios are time of b over time of a.
    """

    subject: str
    operation: str
    tier: Tier
    truth: float
    alternated: Answer | None
    sequential: Answer | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        """``jax eager tanh``."""
        return f"{self.subject} {self.tier} {self.operation}"


def said(a: Sequence[Block], b: Sequence[Block], withheld: str | None = None) -> Answer | None:
    """What the blocks of two contenders say; None if they share too few rounds."""
    if not comparison.comparable(a, b):
        return None
    ratio = comparison.compare(a, b)
    return Answer(ratio.value, ratio.low, ratio.high, statistics.verdict(ratio), withheld)


def from_recording(kept: Recording) -> Iterator[Scored]:
    """The comparisons that a recording holds, concluded anew from its blocks."""
    sequential = {
        (each.subject, each.operation, each.truth, each.tier): each
        for each in recording.twosomes(kept, alternated=False)
    }
    for each in recording.twosomes(kept):
        other = sequential.get((each.subject, each.operation, each.truth, each.tier))
        yield Scored(
            each.subject,
            each.operation,
            each.tier,
            each.truth,
            said(recording.blocks(each.a), recording.blocks(each.b), each.withheld),
            said(recording.blocks(other.a), recording.blocks(other.b)) if other else None,
        )


def score(answer: Answer, truth: float) -> Score:
    """Whether a verdict is right; one that is not clear is no mistake, but no answer either."""
    return "withheld" if answer.withheld is not None else by_interval(answer, truth)


def by_interval(answer: Answer, truth: float) -> Score:
    """The same whether or not a label withholds the verdict: what the interval alone would say."""
    if answer.verdict == "ambiguous":
        return "ambiguous"
    expected: Verdict = "same"
    if truth > statistics.BAND:
        expected = "faster"
    elif truth < 1 / statistics.BAND:
        expected = "slower"
    return "right" if answer.verdict == expected else "wrong"


def error(answer: Answer, truth: float) -> float:
    """How far the ratio is off, in per cent, upwards and downwards alike."""
    return 100 * math.expm1(abs(math.log(answer.ratio / truth)))


def share(scores: Sequence[Score], *which: Score) -> float | None:
    """Per cent of the scores that are one of these; None of no scores at all."""
    return 100 * sum(each in which for each in scores) / len(scores) if scores else None


def p95(errors: Sequence[float]) -> float | None:
    """The error that 19 in 20 stay below; None of no errors at all."""
    return statistics.quantile(errors, 0.95) if errors else None


def of_other(value: float | None, other: float | None) -> float | None:
    """A figure as a share of another one; 0 where both are 0, None where either is missing.

    Where only the other one is 0, infinity would say nothing that JSON can hold: then the figure
    itself, in per cent, stands against one per cent.
    """
    if value is None or other is None:
        return None
    return value / other if other else value


def unmeasured(all_: Iterable[Scored]) -> tuple[Skipped, ...]:
    """Who could not be compared at all, and why."""
    return tuple(
        Skipped(each.name, each.reason or "too few blocks were taken")
        for each in all_
        if each.alternated is None
    )

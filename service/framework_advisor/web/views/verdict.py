"""The answer in a few words: what, how sure, against whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from framework_advisor.recommendation import Decision, Ranked
from framework_advisor.web.words import framework, sentence, share

#: What each status says of the pick.
_HEADLINES = {
    "clear": "{pick}",
    "lean": "{pick}, but not by far",
    "toss_up": "A toss-up; {pick} by a hair",
    "insufficient_evidence": "Too little is known; {pick} for want of better",
    "infeasible": "None of them meets every requirement",
}
_CERTAINTY = {
    "clear": "Clear",
    "lean": "Leaning",
    "toss_up": "Toss-up",
    "insufficient_evidence": "Too little evidence",
    "infeasible": "Not feasible",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One framework in the ranking; ``first``: how often it comes first."""

    place: int
    row: Ranked
    title: str
    first: float


@dataclass(frozen=True, slots=True)
class Headline:
    """The top of an answer."""

    title: str
    certainty: str
    status: str
    sentences: tuple[str, ...]
    standings: tuple[Standing, ...]


def headline(decision: Decision) -> Headline:
    """What an answer says first."""
    verdict = decision.verdict
    pick = framework(verdict.framework)
    alone = len(decision.ranking) == 1
    return Headline(
        title=f"{pick}, the only one left"
        if alone
        else _HEADLINES[verdict.status].format(pick=pick),
        certainty=_CERTAINTY[verdict.status],
        status=verdict.status,
        sentences=tuple(_sentences(decision)),
        standings=tuple(
            Standing(place, row, framework(row.stack), row.rank_acceptability[0])
            for place, row in enumerate(decision.ranking, 1)
        ),
    )


def _sentences(decision: Decision) -> Iterator[str]:
    verdict = decision.verdict
    pick, runner_up = framework(verdict.framework), framework(verdict.runner_up)
    if verdict.p_best is not None and len(decision.ranking) > 1:
        yield (
            f"{pick} comes out best in {share(verdict.p_best)} of all that could be so, with "
            "weights, facts and measurement noise as uncertain as they are."
        )
    if len(decision.ranking) < 2 or verdict.status in ("toss_up", "insufficient_evidence"):
        yield sentence(verdict.why)
    if verdict.runner_up is not None and verdict.expected_regret is not None:
        regret = verdict.expected_regret
        lost = f"{regret:.3f}" if regret >= 0.001 else "less than 0.001"
        yield (
            f"The runner-up is {runner_up}. Taking {pick} costs {lost} on average, on a scale "
            "from 0 to 1: what is lost wherever another would have been better."
        )

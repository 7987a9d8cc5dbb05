"""The verdict: a status with thresholds that are fixed and published."""

from __future__ import annotations

from collections.abc import Sequence

from framework_advisor.decision.acceptability import Acceptability
from framework_advisor.recommendation import Ranked, Stack, Status, Verdict

CLEAR = 0.80
LEAN = 0.60
#: Losing less than this on a scale from 0 to 1 by taking either of the first two is no loss that
#: anybody would notice: a tenth of one step of one scale, in all.
INDIFFERENT_REGRET = 0.005
#: More than this share of the weight on values that nobody knows, and nothing can be said.
UNKNOWN_SHARE = 0.5


def verdict(ranking: Sequence[Ranked], accepted: Acceptability, stack: Stack) -> Verdict:
    """The verdict on a ranking with at least one framework."""
    p_best, regret = accepted.p_best, accepted.expected_regret(0)
    status, why = _status(ranking, accepted, p_best, regret)
    return Verdict(
        status=status,
        framework=ranking[0].framework,
        stack=stack,
        runner_up=ranking[1].framework if len(ranking) > 1 else None,
        p_best=p_best,
        p_best_se=accepted.p_best_se,
        expected_regret=regret,
        why=why,
    )


def _status(
    ranking: Sequence[Ranked], accepted: Acceptability, p_best: float, regret: float
) -> tuple[Status, str]:
    pick = ranking[0].framework
    unknown = sum(c.weight for c in ranking[0].contributions if c.basis == "unknown")
    if unknown > UNKNOWN_SHARE:
        return "insufficient_evidence", f"{unknown:.0%} of the weight rests on what is not known"
    if len(ranking) == 1:
        alone = f"{pick} is the only framework that no requirement rules out"
        if ranking[0].feasibility == 1.0:
            return "clear", alone
        status: Status = "clear" if p_best >= CLEAR else "lean" if p_best >= LEAN else "toss_up"
        return status, f"{alone}, but whether it meets all of them is not known"
    second = ranking[1].framework
    share = "more than 99%" if p_best > 0.99 else f"{p_best:.0%}"
    odds = f"{pick} is the best in {share} of the draws"
    if p_best < CLEAR and max(regret, accepted.expected_regret(1)) < INDIFFERENT_REGRET:
        return "toss_up", f"{odds}, but taking {second} instead would cost next to nothing"
    if p_best >= CLEAR:
        return "clear", odds
    if p_best >= LEAN:
        return "lean", f"{odds}; {second} is the one to compare it with"
    return "toss_up", f"{odds} only; {second} is about as good a choice"


def infeasible() -> Verdict:
    """Nothing meets the requirements."""
    return Verdict(
        status="infeasible",
        framework=None,
        stack=None,
        runner_up=None,
        p_best=None,
        p_best_se=None,
        expected_regret=None,
        why="no framework meets every requirement; see what is excluded, and under flips "
        "whether dropping one requirement would leave one",
    )

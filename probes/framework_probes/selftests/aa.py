"""``aa``: identical workers must come out the same, and a true 1.25 must be seen.

With ``stress``, busy loops want every core meanwhile: then many comparisons may be ambiguous, but
none may be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from framework_probes.selftests.operations import HEAVY, LIGHT
from framework_probes.selftests.report import Case, Figure, Findings
from framework_probes.selftests.scoring import (
    Answer,
    Scored,
    by_interval,
    error,
    of_other,
    p95,
    score,
    share,
    unmeasured,
)
from framework_probes.selftests.twins import Trial

#: Every operation against itself, and a true 1.25 on some light ones.
EQUAL = tuple(Trial(probe.id) for probe in (*LIGHT, *HEAVY))
LONGER = tuple(
    Trial(operation, 4, 5) for operation in ("tanh", "multiply_add", "small_matmul", "dispatch")
)
#: What a recording keeps: as much as the deterministic tests need, in half a megabyte.
RECORDED = (
    *(
        Trial(operation)
        for operation in ("dispatch", "tanh", "long_sum", "small_matmul", "matmul", "conv_block")
    ),
    Trial("tanh", 4, 5),
)
#: What is demanded: per cent, and shares of what a sequential protocol makes of the same twins.
WRONG, P95, OF_SEQUENTIAL, AMBIGUOUS = 5.0, 4.0, 0.5, 20.0
FEWEST_COMPARISONS, FEWEST_OPERATIONS = 100.0, 8.0


def concluded(all_: Sequence[Scored], *, stressed: bool) -> Findings:
    """The figures of comparisons of twins, equal ones and those 1.25 apart."""
    equal = [each for each in all_ if each.truth == 1.0]
    longer = [each for each in all_ if each.truth != 1.0]
    alternated = [(a, each.truth) for each in equal if (a := each.alternated)]
    sequential = [(a, each.truth) for each in equal if (a := each.sequential)]
    seen = [score(a, each.truth) for each in longer if (a := each.alternated)]
    scores = [score(*pair) for pair in alternated]
    wrong, wrong_there = share(scores, "wrong"), share([score(*p) for p in sequential], "wrong")
    off = p95([error(*pair) for pair in alternated])
    off_there = p95([error(*pair) for pair in sequential])
    compared = {each.operation for each in equal if each.alternated}
    figures = (
        Figure("comparisons", float(len(alternated)), "", "of a worker with its equal"),
        Figure("operations", float(len(compared)), "", "that were compared"),
        Figure("wrong", wrong, "%", "called faster or slower though they are the same"),
        Figure("same", share(scores, "right"), "%", "called the same"),
        Figure("ambiguous", share(scores, "ambiguous"), "%", "left open"),
        Figure("withheld", share(scores, "withheld"), "%", "labelled and given no verdict"),
        Figure("p95_error", off, "%", "19 in 20 ratios are off by less"),
        Figure(
            "wrong_by_interval",
            share([by_interval(*pair) for pair in alternated], "wrong"),
            "%",
            "wrong if labels withheld nothing",
        ),
        Figure("sequential_wrong", wrong_there, "%", "the same, one worker after the other"),
        Figure("sequential_p95_error", off_there, "%", "the same, one worker after the other"),
        Figure("wrong_of_sequential", of_other(wrong, wrong_there), "", "share of its mistakes"),
        Figure("error_of_sequential", of_other(off, off_there), "", "share of its p95 error"),
        Figure("seen_1_25", share(seen, "right"), "%", "a true 1.25 that was seen"),
        Figure("missed_1_25", share(seen, "ambiguous", "withheld"), "%", "a true 1.25 left open"),
        Figure("wrong_1_25", share(seen, "wrong"), "%", "a true 1.25 called the same or slower"),
    )
    return Findings(figures, _bounds(stressed), _mistakes(all_), unmeasured(all_))


def _bounds(stressed: bool) -> dict[str, tuple[float | None, float | None]]:
    bounds: dict[str, tuple[float | None, float | None]] = {
        "comparisons": (FEWEST_COMPARISONS, None),
        "operations": (FEWEST_OPERATIONS, None),
        "wrong": (None, WRONG),
    }
    if stressed:
        return bounds
    return bounds | {
        "p95_error": (None, P95),
        "wrong_of_sequential": (None, OF_SEQUENTIAL),
        "error_of_sequential": (None, OF_SEQUENTIAL),
        "missed_1_25": (None, AMBIGUOUS),
        "wrong_1_25": (None, WRONG),
    }


def _mistakes(all_: Sequence[Scored]) -> tuple[Case, ...]:
    """Wrong verdicts one by one. A share of them is allowed, so none alone fails the selftest."""
    return tuple(
        Case(each.name, f"{each.truth:.2f}", _said(each.alternated), met=True, note="wrong verdict")
        for each in all_
        if each.alternated and score(each.alternated, each.truth) == "wrong"
    )


def _said(answer: Answer) -> str:
    return f"{answer.verdict}, {answer.ratio:.3f} ({answer.low:.3f} to {answer.high:.3f})"

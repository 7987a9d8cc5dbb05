"""``power``: a worker that really does 10% more work must be found out; 25% under stress."""

from __future__ import annotations

from collections.abc import Sequence

from framework_probes.selftests.operations import LIGHT
from framework_probes.selftests.report import Case, Figure, Findings
from framework_probes.selftests.scoring import (
    Scored,
    by_interval,
    error,
    p95,
    score,
    share,
    unmeasured,
)
from framework_probes.selftests.twins import Trial

#: Eleven calls against ten, and five against four.
QUIET = tuple(Trial(probe.id, 10, 11) for probe in LIGHT)
STRESSED = tuple(Trial(probe.id, 4, 5) for probe in LIGHT)
#: Per cent that must be found, at least.
FOUND_QUIET, FOUND_STRESSED = 90.0, 80.0


def concluded(all_: Sequence[Scored], *, stressed: bool) -> Findings:
    """The figures of comparisons of twins of which one does more."""
    answered = [(each, answer) for each in all_ if (answer := each.alternated)]
    scores = [score(answer, each.truth) for each, answer in answered]
    errors = [error(answer, each.truth) for each, answer in answered]
    figures = (
        Figure("comparisons", float(len(scores)), "", "of a worker with one that does more"),
        Figure("found", share(scores, "right"), "%", "called faster, as the truth is"),
        Figure("ambiguous", share(scores, "ambiguous"), "%", "left open"),
        Figure("withheld", share(scores, "withheld"), "%", "labelled and given no verdict"),
        Figure(
            "found_by_interval",
            share([by_interval(answer, each.truth) for each, answer in answered], "right"),
            "%",
            "found if labels withheld nothing",
        ),
        Figure("wrong", share(scores, "wrong"), "%", "called the same or slower"),
        Figure("p95_error", p95(errors), "%", "19 in 20 ratios are off by less"),
    )
    missed = tuple(
        Case(
            each.name,
            f"faster, {each.truth:.2f}",
            f"{answer.withheld or answer.verdict}, {answer.ratio:.3f}",
            met=True,
            note="not found",
        )
        for each, answer in answered
        if score(answer, each.truth) != "right"
    )
    least = FOUND_STRESSED if stressed else FOUND_QUIET
    return Findings(figures, {"found": (least, None)}, missed, unmeasured(all_))

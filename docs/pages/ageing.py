"""How sure a statement is: by the grade of its evidence, and by an age that its kind allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from framework_advisor.decision.certainty import AGEING_PER_YEAR, SPREAD
from framework_advisor.staleness import reference_profiles
from framework_knowledge import Knowledge
from framework_knowledge.ageing import kind_of
from pages.markdown import header, row


def ageing(knowledge: Knowledge) -> Iterator[str]:
    """Grades with their spread, and kinds of evidence with the years that they stay fresh."""
    yield "# How evidence ages"
    yield ""
    yield (
        "A statement puts a framework on a level of a criterion's scale, which runs from 0 to 1. "
        "How surely it does so is a standard deviation: by grade at first, and wider by "
        f"{AGEING_PER_YEAR:g} for each year by which the last reading is older than its kind of "
        "evidence warrants. Age widens the spread and leaves the centre."
    )
    yield from ("", "| grade | standard deviation | statements |", "|---|---|---|")
    statements = [*knowledge.claims, *knowledge.cells, *knowledge.gates]
    grades = Counter(each.grade for each in statements)
    for grade, spread in SPREAD.items():
        yield row(grade, f"{spread:.2f}", str(grades[grade]))
    yield ""
    yield (
        "A statement is of the first kind that fits. The years are judgement of our own, of "
        "2026-11; `framework-advisor knowledge stale` lists what is overdue."
    )
    yield ""
    yield from header("kind", "fits", "as good as new for", "statements", "why")
    kinds = Counter(kind.id for each in statements if (kind := kind_of(each, knowledge.ageing)))
    for kind in knowledge.ageing:
        parts = {
            "grade": kind.grades,
            "criterion": kind.criteria,
            "statement": kind.statements,
        }
        fits = "; ".join(f"{name}: {', '.join(words)}" for name, words in parts.items() if words)
        years = (
            "half a year"
            if kind.fresh_years == 0.5
            else f"{kind.fresh_years:g} year" + "s" * (kind.fresh_years != 1)
        )
        yield row(kind.id, fits or "all that is left", years, str(kinds[kind.id]), kind.why)
    yield ""
    yield (
        "What is decisive is asked of these projects "
        "(`service/framework_advisor/reference_profiles.json`), or of the profiles given with "
        "`--profile`: " + "; ".join(str(profile.name) for profile in reference_profiles()) + "."
    )

"""How surely a statement puts a subject on an anchor, from its grade and its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from framework_knowledge.models import Cell, Claim, Dated, Grade

#: Standard deviation, on the scale from 0 to 1, of how surely evidence of a grade puts a subject on
#: an anchor. A step of a five-level scale is 0.25: a primary source is on the right level two times
#: in three or so.
SPREAD: Mapping[Grade, float] = {
    "measured": 0.10,
    "registry": 0.12,
    "primary": 0.15,
    "secondary": 0.20,
    "judgement": 0.25,
    "unsourced": 0.40,
}
#: What was read longer ago than its kind warrants loses certainty, that much a year.
AGEING_PER_YEAR = 0.05


def age_of(statement: Dated, as_of: date) -> float:
    """Years since the evidence was last read; 0 on a day before that reading.

    A question about the past is answered from documents of its time, read later, and with the days
    from and until which each statement held: on such a day it counts as read that day. Any other
    age would make evidence look fresher by moving its reading further back.
    """
    return max(0, (as_of - statement.observed).days) / 365.25


def years_overdue(statement: Dated, as_of: date) -> float:
    """Years by which the reading is older than the kind of its evidence warrants; 0 if not."""
    return max(0.0, age_of(statement, as_of) - statement.fresh_years)


def spread_of(statement: Claim | Cell, as_of: date) -> float:
    """Standard deviation of a statement on the scale from 0 to 1, from its grade and age."""
    return SPREAD[statement.grade] + AGEING_PER_YEAR * years_overdue(statement, as_of)

"""How surely a statement puts a subject on an anchor, from its grade and its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from framework_knowledge.models import Cell, Claim, Grade

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
#: Evidence that was read longer ago than this loses certainty, that much a year.
FRESH_YEARS = 1.0
AGEING_PER_YEAR = 0.05


def spread_of(statement: Claim | Cell, as_of: date) -> float:
    """Standard deviation of a statement on the scale from 0 to 1, from its grade and age."""
    years = max(0, (as_of - statement.observed).days) / 365.25
    return SPREAD[statement.grade] + AGEING_PER_YEAR * max(0.0, years - FRESH_YEARS)

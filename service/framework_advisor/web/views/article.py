"""What the source article says, what holds today, and what was measured, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from framework_advisor.recommendation import Decision, Measurement
from framework_advisor.web.words import framework
from framework_knowledge.models import Cell, Standing

#: What a person reads of how a statement stands.
STANDINGS: dict[Standing, str] = {
    "holds": "holds",
    "nuance": "holds, with a reservation",
    "outdated": "out of date",
    "wrong": "wrong",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One statement of the article that the answer cites."""

    cell: Cell
    subject: str
    standing: str
    measured: tuple[str, ...]

    @property
    def aged(self) -> bool:
        """Whether it does not hold today."""
        return self.cell.standing in ("outdated", "wrong")


def compared(
    decision: Decision, cells: Iterable[Cell], criteria_of: dict[str, str]
) -> tuple[Compared, ...]:
    """The statements that the answer cites, those that hold least first.

    ``criteria_of``: of each probe the criterion that it measures.
    """
    order = list(STANDINGS)[::-1]
    found = [
        Compared(
            cell,
            framework(cell.framework) if cell.framework else "",
            STANDINGS[cell.standing],
            tuple(_measured(cell, decision.measurements, criteria_of)),
        )
        for cell in cells
        if cell.id in decision.evidence
    ]
    return tuple(sorted(found, key=lambda each: order.index(each.cell.standing)))


def _measured(
    cell: Cell, measurements: Iterable[Measurement], criteria_of: dict[str, str]
) -> Iterable[str]:
    """The applied ratios of that framework on that criterion, in words, at most three."""
    told = 0
    for row in measurements:
        if not row.applied or criteria_of.get(row.probe) != cell.criterion or told == 3:
            continue
        if cell.framework == row.a.framework != row.b.framework:
            (low, high), ratio, other = row.ci95, row.ratio, row.b
        elif cell.framework == row.b.framework != row.a.framework:
            low, high, ratio, other = 1 / row.ci95[1], 1 / row.ci95[0], 1 / row.ratio, row.a
        else:
            continue
        told += 1
        against = framework(
            f"{other.framework}:{other.backend}" if other.backend else other.framework
        )
        yield (
            f"{row.probe}: {ratio:.2f} times as fast as {against}, {row.a.tier} "
            f"({low:.2f} to {high:.2f})"
        )

"""Why: what each criterion adds for each framework, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from framework_advisor.recommendation import Contribution, Decision
from framework_knowledge.models import Criterion, CriterionId


@dataclass(frozen=True, slots=True)
class Share:
    """What a criterion adds to one framework: ``points`` is weight times value."""

    framework: str
    stack: str
    contribution: Contribution

    @property
    def points(self) -> float:
        """What it adds to the value."""
        return self.contribution.weight * self.contribution.value


@dataclass(frozen=True, slots=True)
class Reason:
    """A criterion with what it adds to each framework; ``lead``: of the pick over the runner-up."""

    criterion: CriterionId
    title: str
    question: str
    weight: float
    shares: tuple[Share, ...]
    lead: float


def reasons(decision: Decision, criteria: Iterable[Criterion]) -> tuple[Reason, ...]:
    """Every criterion that counts, the weightiest first."""
    if not decision.ranking:
        return ()
    by_framework = [
        (row, {each.criterion: each for each in row.contributions}) for row in decision.ranking
    ]
    known = {criterion.id: criterion for criterion in criteria}
    found = []
    for first in decision.ranking[0].contributions:
        name = first.criterion
        shares = tuple(Share(row.framework, row.stack, has[name]) for row, has in by_framework)
        found.append(
            Reason(
                criterion=name,
                title=known[name].title if name in known else name.replace("_", " "),
                question=known[name].question if name in known else "",
                weight=first.weight,
                shares=shares,
                lead=shares[0].points - shares[1].points if len(shares) > 1 else shares[0].points,
            )
        )
    return tuple(sorted((r for r in found if r.weight > 0), key=lambda r: -r.weight))


def decisive(
    found: Iterable[Reason], most: int = 3
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What speaks most for the pick over the runner-up, and what most against it."""
    ordered = sorted(found, key=lambda reason: -reason.lead)
    speaks = tuple(r for r in ordered[:most] if r.lead > 0.001)
    against = tuple(r for r in ordered[::-1][:most] if r.lead < -0.001)
    return speaks, against

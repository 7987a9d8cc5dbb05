"""The few numbers that were set with the cases in view, chosen again without the case judged.

Leave-one-out: for each case the setting is taken that has the least log-loss on all the others, and
its answer to the case is scored (Stone, Cross-validatory choice and assessment of statistical
predictions, Journal of the Royal Statistical Society B 36, 1974).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from framework_advisor.decision.weights import BASE, WEIGHTING, Weighting
from framework_advisor.evaluation.answers import Answer, Case, answer
from framework_advisor.evaluation.scores import Scores, log_losses, score
from framework_knowledge import Knowledge
from framework_knowledge.models import CriterionId

LIFTS = (1.5, 2.0, 3.0, 4.0, 6.0)
EASE = (30.0, 40.0)
DEBUGGING = (30.0, 35.0)
RESEARCH = (45.0, 55.0)


@dataclass(frozen=True, slots=True)
class Refit:
    """Scores with the settings chosen on the other cases; ``chosen``: how often each was."""

    scores: Scores
    settings: int
    chosen: tuple[tuple[str, int], ...]


def settings() -> Iterator[tuple[str, Weighting]]:
    """The settings that were tried, with their names."""
    for lift, ease, debugging, research in product(LIFTS, EASE, DEBUGGING, RESEARCH):
        base: dict[CriterionId, float] = {
            **BASE, "ease_of_use": ease, "debugging": debugging, "research_ecosystem": research,
        }  # fmt: skip
        name = f"lift {lift:g}, ease {ease:g}, debugging {debugging:g}, research {research:g}"
        yield name, replace(WEIGHTING, lift=lift, base=base)


def leave_one_out(cases: Sequence[Case], knowledge: Knowledge) -> Refit:
    """Judge every case with the setting that the others would have chosen."""
    names: list[str] = []
    tried: list[tuple[Answer, ...]] = []
    for name, weighting in settings():
        names.append(name)
        tried.append(tuple(answer(case, knowledge, weighting=weighting) for case in cases))
    losses = np.stack([log_losses(answers) for answers in tried])
    # The sum over the others is the sum over all without the case's own.
    chosen = np.argmin(losses.sum(axis=1, keepdims=True) - losses, axis=0)
    judged = [tried[setting][i] for i, setting in enumerate(chosen.tolist())]
    counts = np.bincount(chosen, minlength=len(names))
    return Refit(
        scores=score(judged),
        settings=len(names),
        chosen=tuple((names[i], int(counts[i])) for i in np.argsort(-counts) if counts[i]),
    )

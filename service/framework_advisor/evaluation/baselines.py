"""What anybody could answer without looking: always the same, or the source article's rule.

A baseline is given the best that it can claim honestly: what its rule names is as likely as the
rule was right in the other cases (Laplace's rule of succession), and the rest is spread by how
often each framework of that day was chosen in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

from framework_advisor.decision.priors import SINCE
from framework_advisor.evaluation.answers import Answer, Case
from framework_advisor.profile import Profile
from framework_knowledge.models import FrameworkId

FRAMEWORKS: tuple[FrameworkId, ...] = get_args(FrameworkId)
Rule = Callable[[Profile], FrameworkId]
#: A case and all the others.
Baseline = Callable[[Case, Sequence[Case]], Answer]


def always_pytorch(_: Profile) -> FrameworkId:
    """The most used framework, whatever is asked."""
    return "pytorch"


def articles_rule(profile: Profile) -> FrameworkId:
    """Beginners take Keras, production takes TensorFlow, research takes PyTorch.

    Prototypes go with beginners, as the article recommends Keras for quick ones.
    """
    if (profile.team and profile.team.beginners) or profile.stages[0] in ("education", "prototype"):
        return "keras"
    return "tensorflow" if profile.stages[0] == "production" else "pytorch"


def frequencies(case: Case, others: Sequence[Case]) -> dict[FrameworkId, float]:
    """How often each framework of the day was chosen in the other cases (Laplace's rule)."""
    counts = {
        f: 1 + sum(other.decision.chosen == f for other in others)
        for f in FRAMEWORKS
        if SINCE.get(("fluency", f), case.decision.as_of) <= case.decision.as_of
    }
    total = sum(counts.values())
    return {f: count / total for f, count in counts.items()}


def by_frequency(case: Case, others: Sequence[Case]) -> Answer:
    """The frequencies of the other cases, and no look at the profile."""
    found = frequencies(case, others)
    return Answer(case, tuple(sorted(found, key=lambda f: -found[f])), found)


def by_rule(rule: Rule) -> Baseline:
    """What a rule names, as likely as it was right in the other cases; the rest by frequency."""

    def answer(case: Case, others: Sequence[Case]) -> Answer:
        hits = sum(rule(other.profile) in other.decision.acceptable for other in others)
        sure = (hits + 1) / (len(others) + 2)
        named = rule(case.profile)
        rest = {f: p for f, p in frequencies(case, others).items() if f != named}
        total = sum(rest.values())
        shares = {f: (1 - sure) * p / total for f, p in rest.items()}
        order = (named, *sorted(shares, key=lambda f: -shares[f]))
        return Answer(case, order, {named: sure, **shares})

    return answer


BASELINES: dict[str, Baseline] = {
    "always PyTorch": by_rule(always_pytorch),
    "the article's rule": by_rule(articles_rule),
    "the frequencies of the other cases": by_frequency,
}


def baseline_answers(baseline: Baseline, cases: Sequence[Case]) -> tuple[Answer, ...]:
    """The baseline's answer to every case, with what it learns taken from the others alone."""
    return tuple(baseline(case, [other for other in cases if other is not case]) for case in cases)

"""What anybody could answer without looking: always the same, or the source article's rule.

A baseline names one framework. To score it by probability, it is given the best that it can claim
honestly: the share of the other cases in which its rule was right (Laplace's rule of succession),
and the rest spread over the other three.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

from framework_advisor.evaluation.answers import Answer, Case
from framework_advisor.profile import Profile
from framework_knowledge.models import FrameworkId

FRAMEWORKS: tuple[FrameworkId, ...] = get_args(FrameworkId)
Rule = Callable[[Profile], FrameworkId]


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


BASELINES: dict[str, Rule] = {
    "always PyTorch": always_pytorch,
    "the article's rule": articles_rule,
}


def baseline_answers(rule: Rule, cases: Sequence[Case]) -> tuple[Answer, ...]:
    """The baseline's answer to every case, its probability learnt from the other cases alone."""
    named = [rule(case.profile) for case in cases]
    hits = [name in case.decision.acceptable for name, case in zip(named, cases, strict=True)]
    answers = []
    for name, hit, case in zip(named, hits, cases, strict=True):
        sure = (sum(hits) - hit + 1) / (len(cases) - 1 + 2)
        rest = (1 - sure) / (len(FRAMEWORKS) - 1)
        probabilities = {f: sure if f == name else rest for f in FRAMEWORKS}
        answers.append(Answer(case, (name,), probabilities))
    return tuple(answers)

"""All figures at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from framework_advisor.evaluation.answers import Answer, Case, answer, cases
from framework_advisor.evaluation.baselines import BASELINES, baseline_answers
from framework_advisor.evaluation.calibration import Calibration, calibrate
from framework_advisor.evaluation.refit import Refit, leave_one_out
from framework_advisor.evaluation.rule_effects import RuleEffect, rule_effects
from framework_advisor.evaluation.scores import (
    Estimate,
    Scores,
    brier_scores,
    log_losses,
    mean,
    score,
)
from framework_knowledge import Knowledge
from framework_knowledge.published_decisions import PublishedDecision

SPLITS: Mapping[str, Callable[[PublishedDecision], bool]] = {
    "all": lambda _: True,
    "without the makers' own": lambda d: not d.vendor_own,
    "fresh starts": lambda d: d.fresh_start,
    "migrations": lambda d: not d.fresh_start,
    "with stated reasons": lambda d: d.explicit,
}


@dataclass(frozen=True, slots=True)
class Against:
    """A baseline's scores, and the paired differences of ours to it: below 0 is better."""

    baseline: str
    scores: Scores
    log_loss: Estimate
    brier: Estimate


@dataclass(frozen=True, slots=True)
class SampleEvaluation:
    """One sample of cases: the splits of the answers, what is left out, the baselines."""

    sample: str
    answers: tuple[Answer, ...]
    splits: Mapping[str, Scores]
    without: Mapping[str, Scores]
    against: tuple[Against, ...]
    calibration: Calibration

    @property
    def about_itself(self) -> int:
        """In how many cases a claim that held on the day is about the project itself."""
        return sum(bool(a.case.decision.about) for a in self.answers)

    @property
    def missed(self) -> tuple[Answer, ...]:
        """The answers whose pick was not acceptable."""
        return tuple(a for a in self.answers if not a.right)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Each sample alone and both together, the rules, and the settings chosen anew."""

    knowledge: str
    samples: tuple[SampleEvaluation, ...]
    rules: tuple[RuleEffect, ...]
    refit: Refit


def evaluate(
    knowledge: Knowledge, decisions: Sequence[PublishedDecision] | None = None
) -> Evaluation:
    """Judge the advisor on published decisions; seconds to a minute."""
    found = cases(knowledge, decisions)
    answers = tuple(answer(case, knowledge) for case in found)
    names = list(dict.fromkeys(case.decision.sample for case in found))
    parts: dict[str, list[Case]] = {
        name: [c for c in found if c.decision.sample == name] for name in names
    }
    if len(names) > 1:
        parts["both"] = list(found)
    by_id = {a.case.decision.id: a for a in answers}
    return Evaluation(
        knowledge=knowledge.version,
        samples=tuple(
            evaluate_sample(name, [by_id[c.decision.id] for c in part], knowledge)
            for name, part in parts.items()
        ),
        rules=rule_effects(answers, knowledge),
        refit=leave_one_out(found, knowledge),
    )


def evaluate_sample(name: str, answers: Sequence[Answer], knowledge: Knowledge) -> SampleEvaluation:
    """Every figure of one sample but those that need other weights."""
    members: list[Case] = [a.case for a in answers]
    splits = {
        split: score(part)
        for split, holds in SPLITS.items()
        if (part := [a for a in answers if holds(a.case.decision)])
    }
    return SampleEvaluation(
        sample=name,
        answers=tuple(answers),
        splits=splits,
        without={
            "preferences": score([answer(c, knowledge, without="preferences") for c in members]),
            "claims about the project itself": score(
                [answer(c, knowledge, without="own_claims") for c in members]
            ),
        },
        against=tuple(
            _against(baseline, answers, baseline_answers(rule, members))
            for baseline, rule in BASELINES.items()
        ),
        calibration=calibrate(answers),
    )


def _against(name: str, ours: Sequence[Answer], theirs: Sequence[Answer]) -> Against:
    return Against(
        baseline=name,
        scores=score(theirs),
        log_loss=mean(log_losses(ours) - log_losses(theirs)),
        brier=mean(brier_scores(ours) - brier_scores(theirs)),
    )

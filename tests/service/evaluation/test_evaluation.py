"""The advisor on real projects: better than guessing, its rules matter, its misses explained."""

from dataclasses import replace

import numpy as np
import pytest

from framework_advisor.decision.weights import WEIGHTING
from framework_advisor.evaluation import Evaluation, evaluate
from framework_advisor.evaluation.answers import answer, cases
from framework_advisor.evaluation.refit import leave_one_out, settings
from framework_advisor.evaluation.scores import log_losses
from framework_knowledge import load

KNOWLEDGE = load()


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluate(KNOWLEDGE)


def test_on_the_first_sample_it_beats_both_baselines_beyond_chance(found: Evaluation) -> None:
    first = found.samples[0]
    assert first.sample == "first"
    assert len(first.against) == 3
    for against in first.against:
        assert against.log_loss.high < 0, against.baseline
        assert against.brier.high < 0, against.baseline


def test_on_both_samples_it_beats_both_baselines_beyond_chance(found: Evaluation) -> None:
    both = found.samples[-1]
    assert both.sample == "both"
    for against in both.against:
        assert against.log_loss.high < 0, against.baseline
        assert against.brier.high < 0, against.baseline


def test_every_rule_changes_at_least_two_cases(found: Evaluation) -> None:
    assert {effect.rule for effect in found.rules} == {rule.id for rule in WEIGHTING.rules}
    assert {e.rule: e.changed for e in found.rules if len(e.changed) < 2} == {}


def test_every_case_that_is_missed_is_discussed(found: Evaluation) -> None:
    missed = [a.case.decision for s in found.samples[:2] for a in s.missed]
    assert [d.id for d in missed if d.discussion is None] == []


def test_the_splits_part_the_cases(found: Evaluation) -> None:
    for sample in found.samples:
        total = sample.splits["all"].top1.of
        assert total == len(sample.answers)
        parts = ("fresh starts", "migrations")
        assert sum(sample.splits[part].top1.of for part in parts) == total


def test_own_claims_are_left_out_where_they_are_asked_to_be() -> None:
    (own,) = [c for c in cases(KNOWLEDGE) if c.decision.id == "torchrec-2022"]
    assert own.decision.about
    full = answer(own, KNOWLEDGE, draws=2000)
    muted = answer(own, KNOWLEDGE, without="own_claims", draws=2000)
    assert full.probabilities != muted.probabilities
    (other,) = [c for c in cases(KNOWLEDGE) if c.decision.id == "boltz-2024"]
    assert not other.decision.about
    assert answer(other, KNOWLEDGE) == answer(other, KNOWLEDGE, without="own_claims")


def test_leave_one_out_never_looks_at_the_case_that_it_judges() -> None:
    some = cases(KNOWLEDGE)[:6]
    tried = [[answer(c, KNOWLEDGE, weighting=w) for c in some] for _, w in settings()]
    losses = np.stack([log_losses(answers) for answers in tried])
    expected = [
        tried[int(np.argmin(np.delete(losses, i, axis=1).sum(axis=1)))][i] for i in range(len(some))
    ]
    found = leave_one_out(some, KNOWLEDGE)
    assert found.scores.log_loss.value == pytest.approx(float(log_losses(expected).mean()))
    assert sum(count for _, count in found.chosen) == len(some)
    assert found.settings == len(tried)


def test_a_rule_that_is_left_out_does_not_count() -> None:
    (asked,) = [c for c in cases(KNOWLEDGE) if c.decision.id == "nsfwjs-2019"]
    without = replace(WEIGHTING, rules=())
    assert answer(asked, KNOWLEDGE, weighting=without) != answer(asked, KNOWLEDGE)

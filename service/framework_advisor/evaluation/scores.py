"""How good a set of answers is: shares right, log-loss, Brier score, and what they are sure within.

Log-loss is -ln p, with p the probability given to all that is acceptable, which counts as one
outcome. The Brier score is the squared distance of the probabilities of that outcome and of each
other framework from what came true (Brier, Verification of forecasts expressed in terms of
probability, Monthly Weather Review 78, 1950): 0 at best, 2 at worst.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from framework_advisor.evaluation.answers import Answer

Array = npt.NDArray[np.float64]
#: Two-sided 95% of a normal distribution.
Z95 = 1.959964
#: No answer is charged for more than this: an impossible choice costs ln 1000.
LEAST_PROBABILITY = 0.001
RESAMPLES = 10_000
SEED = 20261123


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share(Estimate):
    """A share of cases."""

    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one set of answers."""

    top1: Share
    top2: Share
    log_loss: Estimate
    brier: Estimate


def score(answers: Sequence[Answer]) -> Scores:
    """Score some answers, at least one."""
    return Scores(
        top1=share([a.right for a in answers]),
        top2=share([a.right_in_two for a in answers]),
        log_loss=mean(log_losses(answers)),
        brier=mean(brier_scores(answers)),
    )


def log_losses(answers: Sequence[Answer]) -> Array:
    """Log-loss of each answer, shape (answers,)."""
    return -np.log(np.maximum([a.acceptable for a in answers], LEAST_PROBABILITY))


def brier_scores(answers: Sequence[Answer]) -> Array:
    """Brier score of each answer, shape (answers,)."""
    wrong = [
        sum(p**2 for f, p in a.probabilities.items() if f not in a.case.decision.acceptable)
        for a in answers
    ]
    scores: Array = (1.0 - np.array([a.acceptable for a in answers])) ** 2 + np.array(wrong)
    return scores


def share(hits: Sequence[bool]) -> Share:
    """A share with its Wilson interval (J. American Statistical Association 22, 1927)."""
    n, count = len(hits), sum(hits)
    p, z2 = count / n, Z95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Share(p, min(p, max(0.0, centre - half)), max(p, min(1.0, centre + half)), count, n)


def mean(values: Array) -> Estimate:
    """A mean over cases with the percentile interval of a bootstrap over cases (Efron, 1979)."""
    picks = np.random.default_rng(SEED).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[picks].mean(axis=1), [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high))

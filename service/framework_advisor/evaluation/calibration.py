"""Whether a stated probability is to be trusted: how often answers that sure were right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framework_advisor.evaluation.answers import Answer
from framework_advisor.evaluation.scores import RESAMPLES, SEED, Estimate, Share, share

Array = npt.NDArray[np.float64]
BINS = 5
#: Newton's steps of the fit, and a small penalty on both coefficients that keeps them finite where
#: a resample can be told apart exactly.
STEPS, PENALTY = 30, 0.05
#: Probabilities are kept this far from 0 and 1, where their logit ends.
EDGE = 0.005


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same p_best: their mean, and how many were right."""

    p_best: float
    right: Share


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration of p_best of the pick.

    ``slope``: 1 where the stated odds are the true ones, below 1 where answers are too sure (Cox,
    Two further applications of a model for binary regression, Biometrika 45, 1958).
    """

    slope: Estimate
    intercept: Estimate
    bins: tuple[Bin, ...]


def calibrate(answers: Sequence[Answer]) -> Calibration:
    """Fit logit P(right) = intercept + slope * logit(p_best), with bootstrap intervals."""
    stated = np.array([a.p_best for a in answers])
    right = np.array([a.right for a in answers], dtype=np.float64)
    logits = np.log(np.clip(stated, EDGE, 1 - EDGE) / (1 - np.clip(stated, EDGE, 1 - EDGE)))
    picks = np.random.default_rng(SEED).integers(len(right), size=(RESAMPLES // 10, len(right)))
    fits = np.array([_fit(logits[p], right[p]) for p in picks])
    low, high = np.quantile(fits, [0.025, 0.975], axis=0)
    intercept, slope = _fit(logits, right)
    return Calibration(
        slope=Estimate(slope, float(low[1]), float(high[1])),
        intercept=Estimate(intercept, float(low[0]), float(high[0])),
        bins=_bins(stated, right),
    )


def _fit(logits: Array, right: Array) -> tuple[float, float]:
    """Intercept and slope by Newton's method on the penalised likelihood."""
    design = np.stack([np.ones_like(logits), logits], axis=1)
    found = np.array([0.0, 1.0])
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-design @ found))
        gradient = design.T @ (right - p) - PENALTY * (found - [0.0, 1.0])
        curvature = (design * (p * (1 - p))[:, None]).T @ design + PENALTY * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        found = found + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    return float(found[0]), float(found[1])


def _bins(stated: Array, right: Array) -> tuple[Bin, ...]:
    """As many answers in each bin, from the least sure to the surest."""
    order = np.argsort(stated, kind="stable")
    return tuple(
        Bin(float(stated[part].mean()), share([bool(r) for r in right[part]]))
        for part in np.array_split(order, BINS)
    )

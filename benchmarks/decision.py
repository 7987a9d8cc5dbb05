"""A whole recommendation beside a plain NumPy SMAA of the same size."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.figure import Figure, paired
from framework_advisor import Advisor, parse_profile
from framework_advisor.decision.simulation import MOST_DRAWS as DRAWS
from framework_advisor.decision.weights import CRITERIA

SAMPLES = 25
PROFILE = Path(__file__).parents[1] / "examples" / "llm_fine_tune.json"
STACKS = 6


def measure() -> list[Figure]:
    """Milliseconds, snapshot loaded."""
    advisor, profile = Advisor(), parse_profile(PROFILE.read_bytes())
    return [
        paired(
            f"recommend(), {DRAWS} draws",
            "ms",
            lambda: _milliseconds(lambda: advisor.recommend(profile)),
            lambda: _milliseconds(_plain_smaa),
            f"NumPy SMAA, {DRAWS} x {len(CRITERIA)} x {STACKS}",
            SAMPLES,
        )
    ]


def _plain_smaa() -> None:
    """Draw weights and values, add up, rank: the arithmetic without the reasons."""
    rng = np.random.Generator(np.random.SFC64(0))
    weights = np.exp(0.7 * rng.standard_normal((DRAWS, len(CRITERIA))))
    weights /= weights.sum(axis=1, keepdims=True)
    noise = rng.standard_normal((DRAWS, len(CRITERIA), STACKS))
    values = np.clip(0.5 + 0.15 * noise, 0.0, 1.0)
    order = np.argsort(-np.einsum("nc,ncs->ns", weights, values), axis=1)
    for rank in range(STACKS):
        np.bincount(order[:, rank], minlength=STACKS)


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000

"""Processor time of a whole recommendation beside a plain NumPy SMAA of the same size."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.figure import Figure, paired
from framework_advisor import Advisor, Profile, parse_profile
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.probe_facts import probe_facts

SAMPLES = 25
#: What one answer took before draws stopped when p_best is known.
FULL_DRAWS = 10_000
EXAMPLES = Path(__file__).parents[1] / "examples"
STACKS = 6


def measure() -> list[Figure]:
    """Milliseconds, snapshot loaded, the catalogue of probes known, as the service asks."""
    advisor = Advisor(measurements=Measurements(catalogue=probe_facts()))
    profiles = {
        path.stem: parse_profile(path.read_bytes()) for path in sorted(EXAMPLES.glob("*.json"))
    }
    with one_core():
        figures = [_beside_smaa(advisor, name, profile) for name, profile in profiles.items()]
        over_all = median(figure.ours for figure in figures)
        figures.append(
            Figure("median over the examples", "ms", over_all, None, "", None, len(figures))
        )
        figures.append(_beside_smaa(advisor, "a stage and no more", Profile(stage="production")))
        figures.append(_new_seeds(advisor, profiles["llm_fine_tune"]))
        full = median(milliseconds(lambda: _plain_smaa(FULL_DRAWS)) for _ in range(SAMPLES))
        name = f"NumPy SMAA, {FULL_DRAWS} x {len(CRITERIA)} x {STACKS}"
        figures.append(Figure(name, "ms", full, None, "", None, SAMPLES))
    return figures


def _beside_smaa(advisor: Advisor, name: str, profile: Profile) -> Figure:
    draws = advisor.recommend(profile).engine.draws
    return paired(
        f"recommend(), {name}, {draws} draws",
        "ms",
        lambda: milliseconds(lambda: advisor.recommend(profile)),
        lambda: milliseconds(lambda: _plain_smaa(draws)),
        f"NumPy SMAA, {draws} x {len(CRITERIA)} x {STACKS}",
        SAMPLES,
    )


def _new_seeds(advisor: Advisor, profile: Profile) -> Figure:
    """Each time a seed that was never used, so that no draw is at hand."""
    seeds = itertools.count(1_000_000)
    return paired(
        "recommend(), llm_fine_tune, a new seed each time",
        "ms",
        lambda: milliseconds(
            lambda: advisor.recommend(profile.model_copy(update={"seed": next(seeds)}))
        ),
        lambda: milliseconds(lambda: advisor.recommend(profile)),
        "the same seed each time",
        SAMPLES,
    )


def _plain_smaa(draws: int) -> None:
    """Draw weights and values, add up, rank: the arithmetic without the reasons."""
    rng = np.random.Generator(np.random.SFC64(0))
    weights = np.exp(0.7 * rng.standard_normal((draws, len(CRITERIA))))
    weights /= weights.sum(axis=1, keepdims=True)
    noise = rng.standard_normal((draws, len(CRITERIA), STACKS))
    values = np.clip(0.5 + 0.15 * noise, 0.0, 1.0)
    order = np.argsort(-np.einsum("nc,ncs->ns", weights, values), axis=1)
    for rank in range(STACKS):
        np.bincount(order[:, rank], minlength=STACKS)


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core, where the system lets it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def milliseconds(work: Callable[[], object]) -> float:
    """Processor time of some work in this process: on a quiet host what the clock shows."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000

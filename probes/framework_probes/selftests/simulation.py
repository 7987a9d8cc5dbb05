"""Runs that never took place: blocks drawn from the fitted noise, with a ratio that is known."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from framework_probes import statistics
from framework_probes.catalogue import Suite
from framework_probes.results import Block
from framework_probes.rounds import WIDTH
from framework_probes.selftests.noise import Floats, Noise

#: Seconds of a simulated iteration: short enough for the wall clock's quartile to be used.
TYPICAL_S = 1e-4


def drawn(
    generator: np.random.Generator, a: Noise, b: Noise, truth: float, suite: Suite, replicates: int
) -> tuple[list[Block], list[Block]]:
    """The blocks of two contenders whose true ratio, time of b over time of a, is ``truth``.

    Rounds are added to each pair of processes as a session adds them: from the suite's fewest on,
    until the interval is narrow, to its most.
    """
    firsts: list[Block] = []
    seconds: list[Block] = []
    for number in range(replicates):
        most = suite.rounds[1]
        shared = generator.normal(0.0, max(a.round, b.round), most)
        x = TYPICAL_S * np.exp(shared + _process(generator, a, most))
        y = TYPICAL_S * truth * np.exp(shared + _process(generator, b, most))
        count = _rounds(x.tolist(), y.tolist(), suite)
        firsts += _blocks(x[:count], number)
        seconds += _blocks(y[:count], number)
    return firsts, seconds


@lru_cache(maxsize=1024)
def _centre(noise: Noise) -> float:
    """Where disturbed samples put the middle of a contender's blocks.

    It is taken off: what an interval is to hold is what endless measuring would say.
    """
    return float(np.median(_quartiles(np.random.default_rng(0), noise, 4000)))


def _process(generator: np.random.Generator, noise: Noise, rounds: int) -> Floats:
    """Logarithms of one process's blocks around their middle."""
    block = np.empty(rounds)
    block[0] = generator.normal(0.0, noise.block)
    fresh = noise.block * math.sqrt(1 - noise.rho**2)
    for place in range(1, rounds):
        block[place] = noise.rho * block[place - 1] + generator.normal(0.0, fresh)
    bias: float = generator.normal(0.0, noise.process)
    return bias + block + _quartiles(generator, noise, rounds) - _centre(noise)


def _quartiles(generator: np.random.Generator, noise: Noise, rounds: int) -> Floats:
    """Logarithms of the lower quartile of each block's samples, which are only ever longer."""
    samples = np.log1p(generator.exponential(noise.iteration, (rounds, noise.samples)))
    quartiles: Floats = np.quantile(samples, 0.25, axis=1)
    return quartiles


def _rounds(x: list[float], y: list[float], suite: Suite) -> int:
    """How many rounds a session would have taken."""
    fewest, most = suite.rounds
    for count in range(fewest, most):
        if statistics.ratio(x[:count], y[:count]).width <= WIDTH:
            return count
    return most


def _blocks(values: Floats, replicate: int) -> list[Block]:
    return [
        Block(
            order=place,
            iterations=1,
            wall_s=value,
            cpu_s=value,
            statistic_s=value,
            replicate=replicate,
            round=place,
            wall_quartile_s=value,
            cpu_quartile_s=value,
        )
        for place, value in enumerate(values.tolist())
    ]

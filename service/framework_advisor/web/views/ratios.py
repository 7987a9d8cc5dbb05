"""A measured ratio of two contenders as a row of a table and of a chart."""

from __future__ import annotations

from dataclasses import dataclass

from framework_advisor.recommendation import Contender, Measurement, PairVerdict
from framework_advisor.web.words import framework
from framework_probes.results import Contender as ProbeContender
from framework_probes.results import Pair


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as fast ``first`` is as ``second``."""

    probe: str
    first: str
    second: str
    ratio: float
    ci95: tuple[float, float]
    verdict: PairVerdict
    host: str


def ratio_of(row: Measurement | Pair, host: str) -> Ratio:
    """The row of a measured pair."""
    return Ratio(
        row.probe, contender(row.a), contender(row.b), row.ratio, row.ci95, row.verdict, host
    )


def contender(by: Contender | ProbeContender) -> str:
    """Who was measured: ``Keras on JAX, compiled``."""
    title = framework(f"{by.framework}:{by.backend}" if by.backend else by.framework)
    variant = getattr(by, "variant", None)
    return f"{title}, {by.tier}{f' ({variant})' if variant else ''}"

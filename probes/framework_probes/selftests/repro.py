"""``repro``: whether the quick suite says the same when it is run again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing

from framework_probes import statistics
from framework_probes.results import Pair, Result, RunRequest
from framework_probes.selftests.report import Case, Figure, Findings, Skipped
from framework_probes.selftests.twins import Say
from framework_probes.session import execute

#: Largest difference of a ratio between two runs, in per cent: the median pair, and nine in ten.
MEDIAN, P90 = 5.0, 15.0
#: Verdicts that contradict each other.
TURNED = frozenset({"faster", "slower"})
Key = tuple[str, str, str, str]


def repro(say: Say, suite: str = "quick", budget_s: float | None = None) -> Findings:
    """Run the suite twice, with different orders of turns, and set the ratios side by side."""
    runs: list[list[Pair]] = []
    for number in (1, 2):
        request = RunRequest(
            run=f"run_selftest_{number}", suite=suite, budget_s=budget_s, seed=number
        )
        pairs: list[Pair] = []
        with closing(execute(request)) as events:
            for event in events:
                if isinstance(event, Pair):
                    pairs.append(event)
                if isinstance(event, Result):
                    say(f"run {number}: {event.probe} {event.contender.subject} {event.outcome}")
        runs.append(pairs)
    return compared(runs[0], runs[1])


def compared(first: Sequence[Pair], second: Sequence[Pair]) -> Findings:
    """How far the ratios of two runs are apart, over the pairs that both have."""
    once, again = ({_key(pair): pair for pair in run} for run in (first, second))
    shared = [key for key in once if key in again]
    apart = {key: _apart(once[key].ratio, again[key].ratio) for key in shared}
    turned = [key for key in shared if {once[key].verdict, again[key].verdict} >= TURNED]
    differences = list(apart.values())
    figures = (
        Figure("pairs", float(len(shared)), "", "ratios that both runs have"),
        _figure("median", differences, 0.5),
        _figure("p90", differences, 0.9),
        _figure("largest", differences, 1.0),
        Figure("turned", float(len(turned)), "", "verdicts that went from faster to slower"),
        Figure("overlapping", _overlapping(once, again), "%", "pairs whose intervals overlap"),
    )
    return Findings(
        figures,
        bounds={"median": (None, MEDIAN), "p90": (None, P90), "turned": (None, 0.0)},
        cases=tuple(
            Case(" ".join(key), "the same verdict or ambiguous", "faster and slower", met=False)
            for key in turned
        ),
        skipped=tuple(
            Skipped(" ".join(key), "only one of the runs has it")
            for key in sorted(once.keys() ^ again.keys())
        ),
    )


def _figure(name: str, values: Sequence[float], q: float) -> Figure:
    value = statistics.quantile(values, q) if values else None
    return Figure(name, value, "%", f"difference of a ratio between the runs, {name}")


def _overlapping(once: dict[Key, Pair], again: dict[Key, Pair]) -> float | None:
    shared = [(once[key].ci95, again[key].ci95) for key in once if key in again]
    if not shared:
        return None
    return 100 * sum(a[0] <= b[1] and b[0] <= a[1] for a, b in shared) / len(shared)


def _apart(x: float, y: float) -> float:
    """Difference of two ratios in per cent, the same whichever comes first."""
    return 100 * math.expm1(abs(math.log(x / y)))


def _key(pair: Pair) -> Key:
    return (pair.probe, pair.dtype, _who(pair, 0), _who(pair, 1))


def _who(pair: Pair, side: int) -> str:
    contender = (pair.a, pair.b)[side]
    return f"{contender.subject}/{contender.tier}"

"""``coverage``: whether 95% intervals of ratios hold the true ratio 95 times in 100.

In simulation, where the truth is known, from noise that was fitted to recorded twins; and on the
recorded twins themselves, whose true ratio is 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from framework_probes import comparison, statistics
from framework_probes.catalogue import SUITES
from framework_probes.selftests import recording
from framework_probes.selftests.noise import Noise, fitted, known_beforehand
from framework_probes.selftests.recording import Recording, Twosome
from framework_probes.selftests.report import Figure, Findings
from framework_probes.selftests.simulation import drawn
from framework_probes.statistics import Estimate

#: The recording that comes with the package.
KEPT = Path(__file__).with_name("recorded.json")
RUNS = 2000
#: Numbers of fresh processes that are tried; one is what a hurried run has.
REPLICATES = (1, 2, 3, 5)
#: Allowed share of 95% intervals that hold the truth, in per cent.
ALLOWED = (92.0, 98.0)


@dataclass(frozen=True, slots=True)
class Covered:
    """How often an interval held the truth, and how wide it was in the middle of all cases."""

    share: float
    cases: int
    width: float


def coverage(kept: Recording, runs: int = RUNS, seed: int = 0) -> Findings:
    """What is found in so many simulated runs for each number of replicates. Deterministic."""
    twins = list(recording.twosomes(kept))
    noise = fitted(twins)
    simulated = {k: simulate(noise, k, runs, seed) for k in REPLICATES}
    seen = {k: recorded(twins, k) for k in REPLICATES}
    figures = [
        *(_share(f"simulated_{k}", k, found, "simulated runs") for k, found in simulated.items()),
        *(_width(f"simulated_{k}_width", k, found) for k, found in simulated.items()),
        *(
            _share(f"recorded_{k}", k, found, "choices of recorded processes")
            for k, found in seen.items()
            if found.cases
        ),
        *_levels(noise),
        *_fit(twins),
    ]
    return Findings(
        figures=tuple(figures),
        bounds={f"simulated_{k}": ALLOWED for k in REPLICATES if k > 1},
        settings={
            "runs": str(runs),
            "seed": str(seed),
            "recorded": kept.head.day,
            "recorded_on": kept.head.host.cpu,
            "recorded_at_load": str(kept.head.load),
        },
        versions=kept.head.versions,
    )


def simulate(noise: Sequence[Noise], replicates: int, runs: int, seed: int) -> Covered:
    """Simulated runs: two contenders on one operation and tier, a true ratio of 1/2 to 2."""
    generator = np.random.default_rng([seed, replicates])
    suite = SUITES["full"]
    found: list[tuple[float, Estimate]] = []
    for _ in range(runs):
        a = noise[int(generator.integers(len(noise)))]
        others = [n for n in noise if (n.operation, n.tier) == (a.operation, a.tier)]
        b = others[int(generator.integers(len(others)))]
        truth = float(2.0 ** generator.uniform(-1.0, 1.0))
        found.append((truth, comparison.compare(*drawn(generator, a, b, truth, suite, replicates))))
    return _covered(found)


def recorded(twins: Sequence[Twosome], replicates: int) -> Covered:
    """Every choice of so many recorded processes of twins whose ratio a session publishes."""
    published = [each for each in twins if each.withheld is None]
    return _covered([case for each in published for case in _choices(each, replicates)])


def _choices(twins: Twosome, replicates: int) -> Iterator[tuple[float, Estimate]]:
    for chosen in combinations(range(len(twins.a)), replicates):
        a, b = ([side[number] for number in chosen] for side in (twins.a, twins.b))
        ours, theirs = recording.blocks(a), recording.blocks(b)
        if comparison.comparable(ours, theirs):
            yield twins.truth, comparison.compare(ours, theirs)


def _covered(found: Sequence[tuple[float, Estimate]]) -> Covered:
    if not found:
        return Covered(0.0, 0, 0.0)
    held = [estimate.low <= truth <= estimate.high for truth, estimate in found]
    widths = [estimate.width for _, estimate in found]
    return Covered(sum(held) / len(held), len(held), statistics.median(widths))


def _share(name: str, replicates: int, found: Covered, of: str) -> Figure:
    meaning = f"95% intervals of {_processes(replicates)} that hold the truth, {found.cases} {of}"
    return Figure(name, 100 * found.share, "%", meaning)


def _width(name: str, replicates: int, found: Covered) -> Figure:
    meaning = f"median width of the interval of {_processes(replicates)}"
    return Figure(name, 100 * found.width, "%", meaning)


def _processes(replicates: int) -> str:
    return "a single process" if replicates == 1 else f"{replicates} processes"


def _levels(noise: Sequence[Noise]) -> Iterator[Figure]:
    """The middle and the worst of the fitted deviations on each level."""
    for level, of in (
        ("process", "from process to process"),
        ("round", "from round to round, shared by all in it"),
        ("block", "from block to block"),
        ("iteration", "of a sample, upwards"),
    ):
        values = [100 * float(getattr(each, level)) for each in noise]
        yield Figure(f"{level}_sd", statistics.median(values), "%", f"deviation {of}, median")
        yield Figure(f"{level}_sd_p90", statistics.quantile(values, 0.9), "%", f"{of}, p90")


def _fit(twins: Sequence[Twosome]) -> Iterator[Figure]:
    """What the statistics would take for known beforehand by this recording, beside what they do.

    The deviation at their own degrees of freedom, so that the two can be compared.
    """
    sd, _ = known_beforehand(twins, (statistics.PROCESS_FREEDOM,))
    _, freedom = known_beforehand(twins)
    used, worth = 100 * statistics.PROCESS_SD, float(statistics.PROCESS_FREEDOM)
    yield Figure("prior_sd", 100 * sd, "%", f"of a ratio between processes; in use: {used:.2g} %")
    yield Figure("prior_freedom", float(freedom), "", f"that this is worth; in use: {worth:g}")

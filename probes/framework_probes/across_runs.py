"""Two runs beside each other, probe by probe and contender by contender. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from framework_probes import comparison, statistics
from framework_probes.comparison import NotRecomputable
from framework_probes.results import Contender, Environment, Host, Peaks, Result, Verdict
from framework_probes.statistics import Estimate


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs."""

    run: str
    host: Host
    peaks: Peaks | None
    environments: tuple[Environment, ...]
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One contender on one probe in both runs.

    ``ratio`` is its time in the other run over its time in this one: 2 says that it is twice as
    fast here. ``verdict`` is of this run against the other. Both times are made of the same
    statistic, which need not be the one that each run published.
    """

    probe: str
    device: str
    contender: Contender
    seconds: float
    other_seconds: float
    ratio: float
    ci95: tuple[float, float]
    verdict: Verdict
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotCompared:
    """One that cannot be compared, and why not."""

    probe: str
    device: str
    contender: Contender
    why: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not the same on both sides; None: it is not there."""

    what: str
    here: str | None
    there: str | None


@dataclass(frozen=True, slots=True)
class Whole:
    """How the runs compare over all that was compared: Hodges-Lehmann over the logarithms.

    What moves everything alike (another machine, a busier hour) stands here; what a row has beyond
    it is that contender's own.
    """

    ratio: float
    ci95: tuple[float, float]
    of: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs say beside each other."""

    compared: tuple[Compared, ...]
    not_compared: tuple[NotCompared, ...]
    differences: tuple[Difference, ...]
    whole: Whole | None


Place = tuple[str, str, Contender]


def compare(this: Side, other: Side) -> Comparison:
    """This run against the other, in the order of this one."""
    mine = {_place(each): each for each in this.results}
    theirs = {_place(each): each for each in other.results}
    compared, left = [], []
    for place in dict.fromkeys([*mine, *theirs]):
        one, two = mine.get(place), theirs.get(place)
        found = _why_not(one, two) if one is None or two is None else _row(one, two)
        if isinstance(found, Compared):
            compared.append(found)
        else:
            left.append(NotCompared(*place, found))
    return Comparison(
        tuple(compared), tuple(left), tuple(differences(this, other)), _whole(compared)
    )


def _place(result: Result) -> Place:
    return result.probe, result.device, result.contender


def _why_not(one: Result | None, two: Result | None) -> str:
    there, missing = (one, "the other run") if two is None else (two, "this run")
    outcome = f" (it is {there.outcome} in the one that has it)" if there is not None else ""
    return f"{missing} did not measure it{outcome}"


def _row(one: Result, two: Result) -> Compared | str:
    for result, which in ((one, "this run"), (two, "the other run")):
        if result.outcome != "ok" or result.time is None:
            return f"in {which} it is {result.outcome}: {result.reason or 'no reason was given'}"
    for name in ("shape", "dtype"):
        here, there = getattr(one, name), getattr(two, name)
        if here != there:
            return f"another {name}: {here} here, {there} there"
    try:
        # By one statistic, as in a pair: where either one is slow, processor time.
        slow = any(comparison.is_slow(comparison.counted(each.blocks)) for each in (one, two))
        mine, theirs = (comparison.estimate(each.blocks, slow) for each in (one, two))
    except (NotRecomputable, ValueError) as error:
        return f"its time cannot be made of the raw blocks: {error}"
    found = statistics.apart(mine, theirs, (_sd(one), _sd(two)))
    return Compared(
        one.probe,
        one.device,
        one.contender,
        mine.value,
        theirs.value,
        found.value,
        (found.low, found.high),
        statistics.verdict(found),
        tuple(_notes(one, two)),
    )


def _sd(result: Result) -> float:
    return statistics.run_sd(result.conditions.pressure if result.conditions else None)


def _notes(one: Result, two: Result) -> Iterator[str]:
    """What else differs, where a comparison still means something."""
    for name in ("layout", "compiler"):
        here, there = getattr(one, name), getattr(two, name)
        if here != there:
            yield f"{name}: {here or 'none'} here, {there or 'none'} there"
    if one.conditions and two.conditions:
        here, there = one.conditions.threads_asked, two.conditions.threads_asked
        if here != there:
            yield f"threads: {here} here, {there} there"


def _whole(compared: Iterable[Compared]) -> Whole | None:
    ratios = [each.ratio for each in compared]
    if len(ratios) < statistics.FEWEST:
        return None
    middle: Estimate = statistics.location(ratios)
    return Whole(middle.value, (middle.low, middle.high), len(ratios))


def differences(this: Side, other: Side) -> Iterator[Difference]:
    """What the hosts and the environments do not have in common, by name."""
    for field in fields(Host):
        here, there = (getattr(side.host, field.name) for side in (this, other))
        yield from _unlike(f"host {field.name}", _said(here), _said(there))
    for name in ("flops_per_s", "bytes_per_s"):
        here, there = (_peak(side.peaks, name) for side in (this, other))
        yield from _unlike(f"peak {name}", here, there)
    mine, theirs = _by_subject(this.environments), _by_subject(other.environments)
    for subject in dict.fromkeys([*mine, *theirs]):
        if subject not in mine or subject not in theirs:
            here, there = ("measured" if subject in side else None for side in (mine, theirs))
            yield Difference(subject, here, there)
            continue
        facts = mine[subject], theirs[subject]
        for fact in sorted(facts[0].keys() | facts[1].keys()):
            yield from _unlike(f"{subject} {fact}", facts[0].get(fact), facts[1].get(fact))


def _unlike(what: str, here: str | None, there: str | None) -> Iterator[Difference]:
    if here != there:
        yield Difference(what, here, there)


def _said(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)


def _peak(peaks: Peaks | None, name: str) -> str | None:
    return f"{getattr(peaks, name) / 1e9:.1f} billion" if peaks else None


def _by_subject(environments: Iterable[Environment]) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for each in environments:
        subject = Contender(each.framework, each.backend, "eager").subject
        packages = {f"package {name}": version for name, version in each.packages.items()}
        settings = {f"setting {name}": value for name, value in each.settings.items()}
        found[subject] = {"python": each.python} | packages | settings
    return found

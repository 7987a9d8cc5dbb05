"""What is best on each host, in rows and one sentence that every text shares."""

from __future__ import annotations

from framework_advisor.recommendation import AcrossHosts, HostChoice
from framework_advisor.report.names import TITLES

HEADER = ("host", "is", "best there", "before the next by", "time of the quickest", "probes")


def host_row(choice: HostChoice) -> tuple[str, ...]:
    """One host, as told under :data:`HEADER`."""
    best = "no framework" if choice.framework is None else f"{TITLES[choice.framework]}"
    return (
        choice.host,
        choice.hardware,
        best if choice.stack in (None, choice.framework) else f"{best} ({choice.stack})",
        "–" if choice.margin is None else f"{choice.margin:.3f}",
        _time(choice),
        str(len(choice.probes)) if choice.probes else "none that applies",
    )


def _time(choice: HostChoice) -> str:
    if choice.relative_time is None or choice.relative_time_ci95 is None:
        return "not known"
    if choice.relative_time == 1.0:
        return "1"
    low, high = choice.relative_time_ci95
    return f"{choice.relative_time:.2f} ({low:.2f} to {high:.2f})"


def one_for_all(across: AcrossHosts) -> str:
    """Whether one framework serves every host, and what it costs where it does not."""
    if not across.compromises:
        return "No framework meets the requirements on every host."
    first = across.compromises[0]
    name = TITLES[first.framework]
    if first.largest_regret == 0:
        return f"{name} serves all: it is the best on each of the {len(across.hosts)} hosts."
    worst = max(first.regret, key=first.regret.__getitem__)
    loses = f"at most {first.largest_regret:.3f} of value is lost, on {worst}"
    if first.serves_all:
        return f"{name} serves all: {loses}, which nobody would notice."
    rest = "; ".join(
        f"{TITLES[each.framework]} loses {each.largest_regret:.3f} at most"
        for each in across.compromises[1:]
    )
    return f"No one serves all without a loss. {name} loses least: {loses}" + (
        f"; {rest}." if rest else "."
    )

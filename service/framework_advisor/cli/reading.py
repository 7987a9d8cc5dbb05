"""A recommendation for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.text import Text

from framework_advisor.cli.output import duration
from framework_advisor.cli.terminal import bar, columns, literal, section
from framework_advisor.decision.execution import subject_of
from framework_advisor.recommendation import (
    Contender,
    Contribution,
    Measurement,
    PathRun,
    Ranked,
    Recommendation,
    Status,
)
from framework_advisor.report.hosts import HEADER as HOSTS_HEADER
from framework_advisor.report.hosts import host_row, one_for_all
from framework_advisor.report.names import TITLES, flip_sentence

NEAREST_WEIGHTS = 5
#: So many criteria are drawn, those that weigh most.
DRAWN = 8
STYLES: dict[Status, str] = {
    "clear": "bold green",
    "lean": "bold yellow",
    "toss_up": "bold yellow",
    "infeasible": "bold red",
    "insufficient_evidence": "bold red",
}


def reading(rec: Recommendation) -> Iterator[RenderableType]:
    """The recommendation in parts: the verdict first, then what it rests on."""
    yield from _verdict(rec)
    yield from _ranking(rec)
    yield from _why(rec)
    yield from _listed("Ruled out", _excluded(rec))
    yield from _listed("Not known", _unknown(rec))
    yield from _listed("Measured", _measured(rec))
    yield from _listed("Exports tried", _exports(rec))
    yield from _hosts(rec)
    yield from _listed("What would flip it", _flips(rec))
    yield from _listed("What to find out next", _next(rec))


def _listed(title: str, lines: Iterator[str]) -> Iterator[RenderableType]:
    shown = list(lines)
    if shown:
        yield section(title, *shown)


def _verdict(rec: Recommendation) -> Iterator[RenderableType]:
    verdict = rec.verdict
    status = verdict.status.replace("_", " ")
    pick = TITLES[verdict.framework] if verdict.framework else "No framework"
    head = Text.assemble((f"{pick} ({status})", STYLES[verdict.status]))
    if verdict.p_best is not None:
        runner_up = f", then {TITLES[verdict.runner_up]}" if verdict.runner_up else ""
        margin = f" ± {1.96 * verdict.p_best_se:.3f}" if verdict.p_best_se is not None else ""
        head.append(f": the best with probability {verdict.p_best:.2f}{margin}{runner_up}")
    yield head
    yield literal(verdict.why)
    if verdict.stack is not None:
        rows = [(name, piece.choice, piece.why) for name, piece in verdict.stack.pieces()]
        yield section("Build with", columns(("piece", "choice", "why"), rows))


def _ranking(rec: Recommendation) -> Iterator[RenderableType]:
    if not rec.ranking:
        return
    rows = [
        (
            TITLES[row.framework],
            row.stack,
            f"{row.value.mean:.3f}",
            f"{row.value.p05:.3f} to {row.value.p95:.3f}",
            f"{row.rank_acceptability[0]:.0%}" if row.rank_acceptability else "",
        )
        for row in rec.ranking
    ]
    header = ("framework", "stack", "value", "5% to 95%", "best in")
    yield section("Ranking", columns(header, rows, right=header[2:]))


def _why(rec: Recommendation) -> Iterator[RenderableType]:
    if not rec.ranking:
        return
    pick, *others = rec.ranking
    heaviest = sorted(pick.contributions, key=lambda c: -c.weight)
    drawn, rest = heaviest[:DRAWN], heaviest[DRAWN:]
    header = ["criterion", "", "adds", "of"]
    header += [f"than {TITLES[others[0].framework]}"] if others else []
    rows = _contributions(drawn, others[0] if others else None)
    yield section(
        f"What each criterion adds to the value of {TITLES[pick.framework]}",
        columns([*header, "rests on"], rows, right=header[2:]),
        *_left_out(rest),
    )


def _contributions(
    drawn: list[Contribution], beside: Ranked | None
) -> Iterable[tuple[RenderableType, ...]]:
    longest = drawn[0].weight
    theirs = {c.criterion: c.weight * c.value for c in beside.contributions} if beside else {}
    for each in drawn:
        adds = each.weight * each.value
        more = (f"{adds - theirs[each.criterion]:+.3f}",) if each.criterion in theirs else ()
        yield (
            each.criterion.replace("_", " "),
            bar(adds / longest, each.weight / longest),
            f"{adds:.3f}",
            f"{each.weight:.3f}",
            *more,
            each.basis,
        )


def _left_out(rest: list[Contribution]) -> Iterator[str]:
    if rest:
        adds, weight = sum(c.weight * c.value for c in rest), sum(c.weight for c in rest)
        yield f"{len(rest)} more add {adds:.3f} of {weight:.3f}: --json lists them all"


def _excluded(rec: Recommendation) -> Iterator[str]:
    for out in rec.excluded:
        yield f"{out.stack or TITLES[out.framework]}: {out.requirement}: {out.why}"


def _unknown(rec: Recommendation) -> Iterator[str]:
    for item in rec.unknown:
        who = item.stack or (TITLES[item.framework] if item.framework else "")
        what = item.requirement or item.field or ""
        yield f"{': '.join(part for part in (who, what) if part)}: {item.why} ({item.resolve_by})"


def _measured(rec: Recommendation) -> Iterator[str]:
    if not rec.measurements:
        yield "nothing on this host yet, or nothing that counts: framework-advisor probe run"
    applied = [row for row in rec.measurements if row.applied]
    told = [row for row in applied if _tells(row, rec)]
    yield from (f"{_comparison(row)} (run {row.run})" for row in told)
    if len(applied) > len(told):
        yield f"{len(applied) - len(told)} more applied: --json lists them all"
    left_out: dict[str, int] = {}
    for row in rec.measurements:
        if row.why_not:
            left_out[row.why_not] = left_out.get(row.why_not, 0) + 1
    for reason, number in left_out.items():
        yield f"{number} not applied: {reason}"


def _exports(rec: Recommendation) -> Iterator[str]:
    """Each way of the ranked stacks to the targets, all models together; failures with why."""
    found: dict[tuple[str, str, str], list[PathRun]] = {}
    for row in rec.paths:
        if row.applied:
            who = f"{row.framework}:{row.backend}" if row.backend else row.framework
            found.setdefault((who, ", ".join(row.targets), row.path), []).append(row)
    for (who, targets, path), rows in found.items():
        said = dict.fromkeys(
            f"{row.outcome} with {row.model}" + (f" ({row.reason})" if row.reason else "")
            for row in rows
        )
        yield f"{who} to {targets} by {path}: {'; '.join(said)}"
    left = [row for row in rec.paths if not row.applied]
    if left:
        yield f"{len(left)} more do not count: --json says why"


def _hosts(rec: Recommendation) -> Iterator[RenderableType]:
    if rec.across_hosts is not None:
        rows = map(host_row, rec.across_hosts.hosts)
        yield section(
            "Host by host", one_for_all(rec.across_hosts), columns(HOSTS_HEADER, list(rows))
        )


def _tells(row: Measurement, rec: Recommendation) -> bool:
    """Whether a ratio sets the pick beside another framework's best stack, both alike compiled."""
    subjects = {subject_of(row.a), subject_of(row.b)}
    ranked = {item.stack for item in rec.ranking}
    return rec.ranking[0].stack in subjects and subjects <= ranked and row.a.tier == row.b.tier


def _flips(rec: Recommendation) -> Iterator[str]:
    """The nearest weights, and every fact and requirement."""
    weights = [flip for flip in rec.flips if flip.kind == "weight"]
    others = [flip for flip in rec.flips if flip.kind != "weight"]
    yield from (flip_sentence(flip) for flip in (*weights[:NEAREST_WEIGHTS], *others))


def _comparison(row: Measurement) -> str:
    low, high = row.ci95
    return (
        f"{row.probe}: {_name(row.a)} is {row.verdict} against {_name(row.b)}: "
        f"{row.ratio:.2f}x ({low:.2f} to {high:.2f})"
    )


def _name(contender: Contender) -> str:
    backend = f" on {contender.backend}" if contender.backend else ""
    return f"{contender.framework}{backend} {contender.tier}"


def _next(rec: Recommendation) -> Iterator[str]:
    for item in rec.next_evidence:
        cost = f", about {duration(item.cost_s)}" if item.cost_s else ""
        runs = f"the suite {item.suite}" if item.suite else f"the probe {item.probe}"
        what = f"run {runs}{cost}" if item.probe else f"answer {item.field}"
        yield f"{what}: {item.why} (gains {item.expected_gain:.3f})"

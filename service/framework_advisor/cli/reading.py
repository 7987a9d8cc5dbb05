"""A recommendation for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from framework_advisor.cli.output import duration, table
from framework_advisor.decision.execution import subject_of
from framework_advisor.recommendation import Contender, Measurement, Recommendation
from framework_advisor.report import TITLES, flip_sentence

NEAREST_WEIGHTS = 5


def reading(rec: Recommendation) -> Iterator[str]:
    """The recommendation in lines: the verdict first, then what it rests on."""
    yield from _verdict(rec)
    yield from _ranking(rec)
    yield from _section("Ruled out", _excluded(rec))
    yield from _section("Not known", _unknown(rec))
    yield from _section("Measured", _measured(rec))
    yield from _section("What would flip it", _flips(rec))
    yield from _section("What to find out next", _next(rec))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    shown = list(lines)
    if shown:
        yield from ("", title)
        yield from (f"  {line}" for line in shown)


def _verdict(rec: Recommendation) -> Iterator[str]:
    verdict = rec.verdict
    status = verdict.status.replace("_", " ")
    if verdict.framework is None:
        yield f"No framework ({status})"
    elif verdict.p_best is None:
        yield f"{TITLES[verdict.framework]} ({status})"
    else:
        runner_up = f", then {TITLES[verdict.runner_up]}" if verdict.runner_up else ""
        yield (
            f"{TITLES[verdict.framework]} ({status}): the best with probability "
            f"{verdict.p_best:.2f}{runner_up}"
        )
    yield verdict.why
    if verdict.stack is not None:
        yield from _section(
            "Build with",
            (f"{name}: {piece.choice} ({piece.why})" for name, piece in verdict.stack.pieces()),
        )


def _ranking(rec: Recommendation) -> Iterator[str]:
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
    yield from _section("Ranking", table(header, rows))


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
        what = f"run the probe {item.probe}{cost}" if item.probe else f"answer {item.field}"
        yield f"{what}: {item.why} (gains {item.expected_gain:.3f})"

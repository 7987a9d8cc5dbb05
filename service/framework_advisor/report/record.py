"""The decision record: a recommendation as Markdown, in the MADR form.

Markdown Architectural Decision Records (adr.github.io/madr): context, drivers, options, outcome,
consequences, confirmation, more information.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from framework_advisor.recommendation import Contribution, Measurement, Recommendation
from framework_advisor.report.evidence import evidence
from framework_advisor.report.hosts import HEADER, host_row, one_for_all
from framework_advisor.report.literal import literal, quoted
from framework_advisor.report.names import CERTAINTY, TITLES, flip_sentence

#: So many criteria are named as drivers, those that weigh most.
DRIVERS = 8
#: From this value on, on a scale from 0 to 1, a criterion speaks for the pick.
STRONG = 0.6


def markdown(recommendation: Recommendation) -> str:
    """The record of a recommendation, ready to be committed beside the project's code."""
    sections = (
        _head(recommendation),
        _context(recommendation),
        _drivers(recommendation),
        _options(recommendation),
        _outcome(recommendation),
        _consequences(recommendation),
        _confirmation(recommendation),
        _flips(recommendation),
        _measurements(recommendation),
        _exports(recommendation),
        _hosts(recommendation),
        evidence(recommendation),
    )
    return "\n".join(line for section in sections for line in section) + "\n"


def _head(rec: Recommendation) -> Iterator[str]:
    pick = rec.verdict.framework
    name = literal(rec.profile.name or "") or "this project"
    yield f"# {TITLES[pick] if pick else 'No framework'} for {name}"
    yield ""
    yield f"- Status: proposed ({_words(rec.verdict.status)})"
    yield f"- Date: {rec.created_at:%Y-%m-%d}, with what was known on {rec.knowledge.as_of}"
    yield (
        f"- Recommendation: `{rec.id}`, engine {rec.engine.version}, seed {rec.engine.seed}, "
        f"{rec.engine.draws} draws, knowledge {rec.knowledge.version} "
        f"(sha256 `{rec.knowledge.sha256[:16]}…`)"
    )
    for use in rec.knowledge.overlays:
        yield (
            f"- With the overlay {literal(f'{use.name} {use.version} of {use.contact}')}: "
            f"{use.added} statements added, {use.overridden} overridden, {use.muted} muted"
        )


def _context(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## Context and problem statement", "")
    if rec.profile.description:
        yield from (*quoted(rec.profile.description), "")
    yield from ("Which deep-learning framework should the project build on? Its profile:", "")
    # JSON keeps a text on one line, so no text can end the fence.
    yield "```json"
    yield rec.profile.model_dump_json(exclude_unset=True, indent=2)
    yield "```"
    if rec.inferred:
        yield from ("", "Left open, and answered by a prior:", "")
        for item in rec.inferred:
            prior = ", ".join(f"{value} {share:.0%}" for value, share in item.prior.items())
            yield f"- `{item.field}`: {literal(prior)} ({literal(item.why)})"


def _drivers(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## Decision drivers", "")
    if rec.ranking:
        yield "Weights sum to 1 over all criteria; these weigh most:"
        yield ""
        for each in _heaviest(rec.ranking[0].contributions, DRIVERS):
            yield f"- {_words(each.criterion)}: weight {each.weight:.3f}"
    for rule in rec.weight_rules:
        yield f"- {_words(rule.rule)}: {literal(rule.reason)}"


def _options(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## Considered options", "")
    yield "| framework | stack | value (5% to 95%) | best in | second in |"
    yield "|---|---|---|---|---|"
    for row in rec.ranking:
        ranks = [f"{p:.0%}" for p in row.rank_acceptability[:2]] + ["–"]
        interval = f"{row.value.mean:.3f} ({row.value.p05:.3f} to {row.value.p95:.3f})"
        yield f"| {TITLES[row.framework]} | {row.stack} | {interval} | {ranks[0]} | {ranks[1]} |"
    for out in rec.excluded:
        subject = out.stack or out.framework
        reason = f"ruled out by: {literal(out.requirement)}, {literal(out.why)}"
        yield f"| {subject} | {reason} | – | – | – |"


def _outcome(rec: Recommendation) -> Iterator[str]:
    verdict = rec.verdict
    yield from ("", "## Decision outcome", "")
    if verdict.framework is None or verdict.stack is None:
        yield from (CERTAINTY[verdict.status], "", literal(verdict.why))
        return
    yield f"**{TITLES[verdict.framework]}**: {literal(verdict.why)}."
    yield from ("", CERTAINTY[verdict.status], "")
    if verdict.p_best is not None:
        error = f" (standard error {verdict.p_best_se:.4f})" if verdict.p_best_se else ""
        yield f"- Probability that it is the best: {verdict.p_best:.3f}{error}"
    if verdict.expected_regret is not None:
        yield (
            f"- Expected regret: {verdict.expected_regret:.4f}, the mean value lost if the pick is "
            "wrong, on a scale from 0 to 1"
        )
    if verdict.runner_up:
        yield f"- Second best: {TITLES[verdict.runner_up]}"
    yield from ("", "| piece | choice | stands | why | must hold |", "|---|---|---|---|---|")
    for name, piece in verdict.stack.pieces():
        stands = f"{piece.maturity} since {piece.since}" if piece.since else piece.maturity or ""
        must_hold = literal("; ".join(piece.requires))
        yield (
            f"| {name} | {literal(piece.choice)} | {stands} | {literal(piece.why)} | {must_hold} |"
        )


def _consequences(rec: Recommendation) -> Iterator[str]:
    yield from ("", "### Consequences", "")
    if rec.ranking:
        own = rec.ranking[0].contributions
        strong = [c for c in own if c.value >= STRONG]
        for each in sorted(strong, key=lambda c: -c.weight * c.value)[:5]:
            yield f"- Good on {_words(each.criterion)}: {each.value:.2f} of 1 ({each.basis})"
        weak = [c for c in own if c.value < STRONG]
        for each in sorted(weak, key=lambda c: -c.weight * (1 - c.value))[:3]:
            yield f"- Costs on {_words(each.criterion)}: {each.value:.2f} of 1 ({each.basis})"
    for move in rec.switching:
        kinds = ", ".join(map(_words, move.kinds))
        yield f"- Moving from {TITLES[move.from_]}: {kinds}; {literal(move.why)}"
    for item in rec.unknown:
        subject = item.stack or item.framework or "all"
        what = literal(item.requirement or item.field or "")
        yield f"- Not known ({subject}): {what}: {literal(item.why)}"


def _confirmation(rec: Recommendation) -> Iterator[str]:
    yield from ("", "### Confirmation", "")
    yield "To verify it again, decide anew with today's knowledge and measurements, and compare:"
    yield from ("", "```sh", f"framework-advisor replay {rec.id}", "```", "")
    yield "or of the service, `POST` to the replay of this recommendation:"
    yield from ("", "```sh", f"curl -X POST http://127.0.0.1:8000{rec.links.replay}", "```", "")
    yield (
        "Where it is not stored, give the profile above, as a file, to `framework-advisor "
        "recommend`. The same profile, knowledge, measurements and seed give the same answer."
    )
    if rec.next_evidence:
        yield from ("", "What would settle it soonest:", "")
    for item in rec.next_evidence:
        what = (
            f"`framework-advisor probe run --suite {item.suite}`"
            if item.suite
            else f"`framework-advisor probe run --probes {item.probe}`"
            if item.probe
            else f"answer `{item.field}`"
        )
        yield f"- {what}: {literal(item.why)} (expected gain {item.expected_gain:.3f} in p_best)"


def _flips(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## What would flip it", "")
    yield from (f"- {literal(flip_sentence(flip))}" for flip in rec.flips)
    if not rec.flips:
        yield "- no single weight, fact or requirement"


def _measurements(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## Measured on the host", "")
    applied = [row for row in rec.measurements if row.applied]
    if not applied:
        yield "No measurement was applied."
    else:
        hosts = ", ".join(sorted({f"`{row.host}` (run `{row.run}`)" for row in applied}))
        yield f"On {hosts}. Ratio: time of b over time of a, with its 95% interval."
        yield from ("", "| probe | a | b | ratio | verdict |", "|---|---|---|---|---|")
        yield from (_measurement_row(row) for row in applied)
    left = len(rec.measurements) - len(applied)
    if left:
        yield from ("", f"{left} more were measured and not applied:", "")
        for reason in dict.fromkeys(row.why_not for row in rec.measurements if row.why_not):
            yield f"- {literal(reason)}"


def _measurement_row(row: Measurement) -> str:
    low, high = row.ci95
    a = f"{row.a.framework}{f' on {row.a.backend}' if row.a.backend else ''} {row.a.tier}"
    b = f"{row.b.framework}{f' on {row.b.backend}' if row.b.backend else ''} {row.b.tier}"
    return (
        f"| {row.probe} | {a} | {b} | {row.ratio:.2f} ({low:.2f} to {high:.2f}) | {row.verdict} |"
    )


def _exports(rec: Recommendation) -> Iterator[str]:
    applied = [row for row in rec.paths if row.applied]
    if not applied:
        return
    yield from ("", "## Exports that were tried", "")
    hosts = ", ".join(sorted({f"`{row.host}` (run `{row.run}`)" for row in applied}))
    yield f"On {hosts}, each in the runtime of its target; outputs against float64 NumPy."
    yield from ("", "| framework | to | by | model | outcome |", "|---|---|---|---|---|")
    for row in applied:
        who = f"{row.framework}{f' on {row.backend}' if row.backend else ''}"
        outcome = row.outcome if row.reason is None else f"{row.outcome}: {row.reason}"
        way = f"{row.artefact}, {row.runtime}, {row.precision}"
        yield (
            f"| {who} | {', '.join(row.targets)} | {literal(way)} | {literal(row.model)} | "
            f"{literal(outcome)} |"
        )


def _hosts(rec: Recommendation) -> Iterator[str]:
    if rec.across_hosts is None:
        return
    yield from ("", "## Host by host", "", literal(one_for_all(rec.across_hosts)), "")
    yield f"| {' | '.join(HEADER)} |"
    yield "|" + "---|" * len(HEADER)
    for each in rec.across_hosts.hosts:
        yield f"| {' | '.join(map(literal, host_row(each)))} |"


def _heaviest(contributions: Iterable[Contribution], most: int) -> list[Contribution]:
    return sorted(contributions, key=lambda c: -c.weight)[:most]


def _words(name: str) -> str:
    return name.replace("_", " ")

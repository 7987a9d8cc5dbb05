"""The decision record: a recommendation as Markdown, in the MADR form.

Markdown Architectural Decision Records (adr.github.io/madr): context, drivers, options, outcome,
consequences, confirmation, more information.
"""

from __future__ import annotations

from collections.abc import Iterator

from framework_advisor.recommendation import Flip, Measurement, Recommendation

TITLES = {
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "jax": "JAX",
}


def markdown(recommendation: Recommendation) -> str:
    """The record of a recommendation, ready to be committed beside the project's code."""
    sections = (
        _head(recommendation),
        _context(recommendation),
        _drivers(recommendation),
        _options(recommendation),
        _outcome(recommendation),
        _flips(recommendation),
        _measurements(recommendation),
        _confirmation(recommendation),
        _evidence(recommendation),
    )
    return "\n".join(line for section in sections for line in section) + "\n"


def _head(rec: Recommendation) -> Iterator[str]:
    pick = rec.verdict.framework
    name = " ".join((rec.profile.name or "this project").split())
    yield f"# {TITLES[pick] if pick else 'No framework'} for {name}"
    yield ""
    yield f"- Status: proposed ({rec.verdict.status.replace('_', ' ')})"
    yield f"- Date: {rec.created_at:%Y-%m-%d}, with what was known on {rec.knowledge.as_of}"
    yield f"- Recommendation: `{rec.id}`, engine {rec.engine.version}, seed {rec.engine.seed}, "
    yield f"  {rec.engine.draws} draws, knowledge {rec.knowledge.version} "
    yield f"  (sha256 `{rec.knowledge.sha256[:16]}…`)"
    for use in rec.knowledge.overlays:
        yield (
            f"- With the overlay {use.name} {use.version} of {use.contact}: {use.added} statements "
            f"added, {use.overridden} overridden, {use.muted} muted"
        )


def _context(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## Context and problem statement", "")
    if rec.profile.description:
        yield from (f"> {line}" for line in rec.profile.description.splitlines())
        yield ""
    yield from ("Which deep-learning framework should the project build on? Its profile:", "")
    yield "```json"
    yield rec.profile.model_dump_json(exclude_unset=True, indent=2)
    yield "```"
    if rec.inferred:
        yield from ("", "Left open, and answered by a prior:", "")
        for item in rec.inferred:
            prior = ", ".join(f"{value} {share:.0%}" for value, share in item.prior.items())
            yield f"- `{item.field}`: {prior} ({item.why})"


def _drivers(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## Decision drivers", "")
    if rec.ranking:
        heaviest = sorted(rec.ranking[0].contributions, key=lambda c: -c.weight)[:8]
        for c in heaviest:
            yield f"- {c.criterion.replace('_', ' ')}: weight {c.weight:.3f}"
    for rule in rec.weight_rules:
        yield f"- {rule.rule.replace('_', ' ')}: {rule.reason}"


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
        reason = f"ruled out by: {_cell(out.requirement)}, {_cell(out.why)}"
        yield f"| {subject} | {reason} | – | – | – |"


def _outcome(rec: Recommendation) -> Iterator[str]:
    verdict = rec.verdict
    yield from ("", "## Decision outcome", "")
    if verdict.framework is None or verdict.stack is None:
        yield verdict.why
        return
    yield f"**{TITLES[verdict.framework]}**: {verdict.why}."
    yield f"Expected regret {verdict.expected_regret:.4f} on a scale from 0 to 1."
    yield from ("", "| piece | choice | stands | why | must hold |", "|---|---|---|---|---|")
    for name, piece in verdict.stack.pieces():
        stands = f"{piece.maturity} since {piece.since}" if piece.since else piece.maturity or ""
        must_hold = _cell("; ".join(piece.requires))
        yield f"| {name} | {_cell(piece.choice)} | {stands} | {_cell(piece.why)} | {must_hold} |"
    yield from ("", "### Consequences", "")
    for c in sorted(rec.ranking[0].contributions, key=lambda c: -c.weight * c.value)[:5]:
        yield f"- Good on {c.criterion.replace('_', ' ')}: {c.value:.2f} ({c.basis})"
    weakest = sorted(rec.ranking[0].contributions, key=lambda c: -c.weight * (1 - c.value))[:3]
    for c in weakest:
        yield f"- Costs on {c.criterion.replace('_', ' ')}: {c.value:.2f} ({c.basis})"
    for move in rec.switching:
        yield f"- Moving from {TITLES[move.from_]}: {', '.join(move.kinds)}; {move.why}"
    for item in rec.unknown:
        subject = item.stack or item.framework or "all"
        yield f"- Not known ({subject}): {item.requirement or item.field}: {item.why}"


def _cell(text: str) -> str:
    """Text that does not break a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _flips(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## What would flip it", "")
    yield from (f"- {flip_sentence(flip)}" for flip in rec.flips)
    if not rec.flips:
        yield "- no single weight, fact or requirement"


def flip_sentence(flip: Flip) -> str:
    """One flip in words."""
    new = TITLES[flip.new_pick]
    if flip.kind == "weight":
        name = flip.criterion.replace("_", " ")
        return f"weight of {name} from {flip.from_:.3f} to {flip.to:.3f}: a tie with {new}"
    if flip.kind == "fact":
        return f"`{flip.evidence}` ({flip.framework}) from {flip.from_} to {flip.to}: {new}"
    verb = "dropping" if flip.change == "drop" else "adding"
    return f"{verb} the requirement '{flip.requirement}': {new}"


def _measurements(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## Measured on the host", "")
    applied = [row for row in rec.measurements if row.applied]
    if not applied:
        yield "No measurement was applied."
    else:
        yield "Ratio: time of b over time of a, with its 95% interval."
        yield from ("", "| probe | a | b | ratio | verdict |", "|---|---|---|---|---|")
        yield from (_measurement_row(row) for row in applied)
    left = len(rec.measurements) - len(applied)
    if left:
        yield from ("", f"{left} more were measured and not applied:", "")
        for reason in dict.fromkeys(row.why_not for row in rec.measurements if row.why_not):
            yield f"- {reason}"


def _measurement_row(row: Measurement) -> str:
    low, high = row.ci95
    a = f"{row.a.framework}{f' on {row.a.backend}' if row.a.backend else ''} {row.a.tier}"
    b = f"{row.b.framework}{f' on {row.b.backend}' if row.b.backend else ''} {row.b.tier}"
    return (
        f"| {row.probe} | {a} | {b} | {row.ratio:.2f} ({low:.2f} to {high:.2f}) | {row.verdict} |"
    )


def _confirmation(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## Confirmation", "")
    yield "Decide again with today's knowledge and measurements, and compare:"
    yield ""
    yield f"    curl -X POST http://127.0.0.1:8000{rec.links.replay}"
    for item in rec.next_evidence:
        what = f"run the probe `{item.probe}`" if item.probe else f"answer `{item.field}`"
        yield f"- {what}: {item.why} (expected gain {item.expected_gain:.3f} in p_best)"


def _evidence(rec: Recommendation) -> Iterator[str]:
    yield from ("", "## More information", "")
    for identity, item in rec.evidence.items():
        if item.kind == "probe":
            continue
        yield f"- `{identity}` ({item.grade}, read {item.observed}): {item.statement}"
        whose = f" ({item.provenance})" if item.provenance else ""
        yield f"  Source: {item.source}{whose}"

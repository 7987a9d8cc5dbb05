"""Criteria, claims, requirements and sources, each on a page of its own."""

from __future__ import annotations

from collections.abc import Iterator

from framework_knowledge import Knowledge
from framework_knowledge.models import Claim
from pages.markdown import header, row


def criteria(knowledge: Knowledge) -> Iterator[str]:
    """Every criterion with the anchors of its scale."""
    yield "# Criteria and their scales"
    yield ""
    yield "A value is the level that a subject satisfies; nothing depends on who else is compared."
    for criterion in knowledge.criteria:
        yield from ("", f"## {criterion.title}", "", criterion.question, "")
        if criterion.facet != "none":
            yield from (f"Judged for each {criterion.facet} of the profile.", "")
        if criterion.aspects:
            sides = "; ".join(f"{a.name.replace('_', ' ')}: {a.means}" for a in criterion.aspects)
            yield from (f"Its sides overlap, so each counts once: {sides}", "")
        yield from header("value", "level", "what must be true")
        for anchor in criterion.scale:
            yield row(f"{anchor.value:.2f}", anchor.name, anchor.means)


def claims(knowledge: Knowledge) -> Iterator[str]:
    """Every claim under its criterion, whatever the day it holds on."""
    yield "# Claims"
    yield ""
    yield f"{len(knowledge.claims)} statements, each with what it rests on and when it holds."
    for criterion in knowledge.criteria:
        mine = [c for c in knowledge.claims if c.criterion == criterion.id]
        if mine:
            yield from ("", f"## {criterion.title}", "")
            yield from header(
                "claim", "statement", "who is where", "when", "holds", "read", "grade", "origin"
            )
            yield from (_claim(claim) for claim in mine)


def _claim(claim: Claim) -> str:
    circumstances = claim.when.model_dump(exclude_defaults=True)
    values = {
        name: ", ".join(value) if isinstance(value, tuple) else str(value)
        for name, value in circumstances.items()
    }
    until = f" to {claim.valid_until}" if claim.valid_until else " on"
    reservations = [f"*{text}*" for text in (claim.note, claim.unmapped) if text]
    return row(
        f'<a id="{claim.id}"></a>`{claim.id}`',
        " ".join([claim.statement, *reservations]),
        ", ".join(f"{who}: {level}" for who, level in claim.values.items()),
        "; ".join(f"{name}: {value}" for name, value in values.items()) or "any",
        f"{claim.valid_from}{until}",
        str(claim.observed),
        claim.grade,
        ", ".join([*claim.facts, *claim.sources]),
    )


def requirements(knowledge: Knowledge) -> Iterator[str]:
    """Every gate, one row for each subject that it names."""
    yield "# Hard requirements"
    yield ""
    yield "Who passes, fails or is unknown; who is not named passes."
    yield ""
    yield from header("requirement", "who", "outcome", "why", "holds from")
    for gate in knowledge.gates:
        for subject, outcome in gate.outcomes.items():
            why = gate.why.get(subject, "")
            yield row(gate.requirement, subject, outcome, why, str(gate.valid_from))


def sources(knowledge: Knowledge) -> Iterator[str]:
    """Every source."""
    yield from ("# Sources", "")
    yield from header("id", "kind", "title", "where", "date")
    for source in knowledge.sources:
        yield row(source.id, source.kind, source.title, source.where, source.date)

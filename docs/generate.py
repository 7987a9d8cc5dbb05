"""Write the pages that are made from data: ``python docs/generate.py [--check]``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from framework_advisor import Advisor, Profile
from framework_knowledge import Knowledge, load
from framework_knowledge.models import Cell, Checked, Claim, Remark, Table
from framework_probes.catalogue import CATALOGUE

FOLDER = Path(__file__).parent
README = FOLDER.parent / "README.md"
BEGIN, END = "<!-- examples: made by `make docs` -->", "<!-- end of examples -->"
MADE = "<!-- Made from the data by `make docs`. Edit the data instead. -->"


def pages() -> dict[Path, str]:
    """Every generated page and its text."""
    knowledge = load()
    texts = {
        "criteria.md": _criteria(knowledge),
        "claims.md": _claims(knowledge),
        "article.md": _article(knowledge),
        "requirements.md": _requirements(knowledge),
        "sources.md": _sources(knowledge),
        "probes.md": _probes(),
    }
    for table in knowledge.tables:
        texts[f"tables/{table.id}.md"] = _table(table)
    made = {FOLDER / name: "\n".join([MADE, "", *lines]) + "\n" for name, lines in texts.items()}
    return made | {README: _readme(knowledge)}


def _readme(knowledge: Knowledge) -> str:
    """The README with its table of examples decided anew, as of the day of the check."""
    rows = ["| profile | pick | p_best | the stack in short |", "|---|---|---|---|"]
    for path in sorted((FOLDER.parent / "examples").glob("*.json")):
        asked = json.loads(path.read_bytes())
        asked["evidence"] = {"as_of": str(knowledge.checked_on), "probe_run": None}
        verdict = Advisor(knowledge).recommend(Profile.model_validate(asked)).verdict
        pieces = [piece for name, piece in verdict.stack.pieces()] if verdict.stack else []
        short = ", ".join(
            dict.fromkeys(
                piece.choice
                for piece in pieces[2:-2]
                if piece.choice not in ("none needed", "open")
            )
        )
        link = f"[{asked['name']}](examples/{path.name})"
        pick = f"{verdict.framework} ({verdict.status.replace('_', ' ')})"
        p_best = verdict.p_best or 0.0
        shown = "> 0.99" if p_best > 0.99 else f"{p_best:.2f}"
        rows.append(_row(link, pick, shown, short))
    head, _, rest = README.read_text().partition(BEGIN)
    _, _, tail = rest.partition(END)
    return "\n".join([f"{head}{BEGIN}", "", *rows, "", f"{END}{tail}"])


def _table(table: Table) -> Iterator[str]:
    yield f"# {table.title}"
    yield ""
    yield "What the source article says, row by row, and what holds today."
    for row in table.rows:
        yield from ("", f"## {row.feature}", "")
        yield "| | the article says | on the scale of | stands | today | instead |"
        yield "|---|---|---|---|---|---|"
        yield from (_cell(cell) for cell in row.cells)


def _cell(cell: Cell) -> str:
    who = cell.framework or (
        f"{cell.execution.mode} ({', '.join(cell.execution.of)})" if cell.execution else ""
    )
    changed = f" (changed: {cell.changed})" if cell.changed else ""
    sources = ", ".join(cell.checked_with)
    instead = ", ".join(f"[{c}](../claims.md#{c})" for c in cell.superseded_by)
    return _row(
        who,
        cell.claim,
        f"{cell.criterion}: {cell.value}",
        f"**{cell.standing}**{changed}",
        f"{cell.today} {f'[{sources}](../sources.md)' if sources else ''}".strip(),
        instead,
    )


def _article(knowledge: Knowledge) -> Iterator[str]:
    said: dict[int, Checked] = {c.number: c for c in knowledge.cells if c.number is not None}
    said |= {remark.number: remark for remark in knowledge.remarks if remark.number is not None}
    standings = Counter(each.standing for each in said.values())
    yield "# The source article, statement by statement"
    yield ""
    yield f"{len(said)} statements were checked, those of its tables among them: " + ", ".join(
        f"{count} {standing}" for standing, count in sorted(standings.items())
    )
    yield from (
        "",
        "| no. | where | it says | stands | today | instead |",
        "|---|---|---|---|---|---|",
    )
    yield from (_remark(said[number]) for number in sorted(said))


def _remark(said: Checked) -> str:
    if isinstance(said, Remark):
        where = said.where + (f" (repeats {said.same_as})" if said.same_as else "")
    else:
        where = f"[{said.id}](tables/{said.id.partition('.')[0]}.md)"
    return _row(
        f'<a id="{said.id}"></a>{said.number}',
        where,
        said.claim,
        f"**{said.standing}**" + (f" (changed: {said.changed})" if said.changed else ""),
        f"{said.today} [{', '.join(said.checked_with)}](sources.md)",
        ", ".join(f"[{c}](claims.md#{c})" for c in said.superseded_by),
    )


def _criteria(knowledge: Knowledge) -> Iterator[str]:
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
        yield from ("| value | level | what must be true |", "|---|---|---|")
        for anchor in criterion.scale:
            yield _row(f"{anchor.value:.2f}", anchor.name, anchor.means)


def _claims(knowledge: Knowledge) -> Iterator[str]:
    yield "# Claims"
    yield ""
    yield f"{len(knowledge.claims)} statements, each with what it rests on and when it holds."
    for criterion in knowledge.criteria:
        mine = [c for c in knowledge.claims if c.criterion == criterion.id]
        if mine:
            yield from ("", f"## {criterion.title}", "")
            yield "| claim | statement | who is where | when | holds | read | grade | origin |"
            yield "|---|---|---|---|---|---|---|---|"
            yield from (_claim(claim) for claim in mine)


def _claim(claim: Claim) -> str:
    circumstances = claim.when.model_dump(exclude_defaults=True)
    values = {
        name: ", ".join(value) if isinstance(value, tuple) else str(value)
        for name, value in circumstances.items()
    }
    until = f" to {claim.valid_until}" if claim.valid_until else " on"
    reservations = [f"*{text}*" for text in (claim.note, claim.unmapped) if text]
    return _row(
        f'<a id="{claim.id}"></a>`{claim.id}`',
        " ".join([claim.statement, *reservations]),
        ", ".join(f"{who}: {level}" for who, level in claim.values.items()),
        "; ".join(f"{name}: {value}" for name, value in values.items()) or "any",
        f"{claim.valid_from}{until}",
        str(claim.observed),
        claim.grade,
        ", ".join([*claim.facts, *claim.sources]),
    )


def _requirements(knowledge: Knowledge) -> Iterator[str]:
    yield "# Hard requirements"
    yield ""
    yield "Who passes, fails or is unknown; who is not named passes."
    yield from ("", "| requirement | who | outcome | why | holds from |", "|---|---|---|---|---|")
    for gate in knowledge.gates:
        for subject, outcome in gate.outcomes.items():
            why = gate.why.get(subject, "")
            yield _row(gate.requirement, subject, outcome, why, str(gate.valid_from))


def _sources(knowledge: Knowledge) -> Iterator[str]:
    yield from ("# Sources", "", "| id | kind | title | where | date |", "|---|---|---|---|---|")
    for source in knowledge.sources:
        yield _row(source.id, source.kind, source.title, source.where, source.date)


def _probes() -> Iterator[str]:
    yield "# Probes"
    yield ""
    yield "| probe | measures | shape | FLOPs | bytes | informs | stands for |"
    yield "|---|---|---|---|---|---|---|"
    for probe in CATALOGUE.values():
        families = ", ".join(f"{family} {share:g}" for family, share in probe.families)
        yield _row(
            f"`{probe.id}`",
            probe.measures,
            f"{probe.shape}, {probe.dtype}",
            f"{probe.flops:,}",
            f"{probe.bytes:,}",
            probe.criterion,
            families,
        )


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in cells) + " |"


def main() -> None:
    """Write the pages; with ``--check`` only say which ones lag, and fail if any does."""
    lagging = [p for p, text in pages().items() if not p.exists() or p.read_text() != text]
    if "--check" in sys.argv[1:]:
        sys.exit("run make docs: " + ", ".join(p.name for p in lagging) if lagging else 0)
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()

"""The source article: its tables row by row, and all of its statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from framework_knowledge import Knowledge
from framework_knowledge.models import Cell, Checked, Remark, Table
from pages.markdown import claim_links, header, row
from pages.measured import KeptRun, conditions, measured_beside, measured_of_row


def table(of: Table, run: KeptRun) -> Iterator[str]:
    """A table of the article: what each row says, what holds today, what was measured."""
    yield f"# {of.title}"
    yield ""
    yield "Row by row: what the source article says, what holds today, what this project measures."
    yield ""
    yield conditions(run)
    for each in of.rows:
        yield from ("", f"## {each.feature}", "")
        yield from header(
            "", "the article says", "on the scale of", "stands", "holds today", "instead"
        )
        yield from (_cell(cell) for cell in each.cells)
        yield ""
        yield from measured_of_row(each, run)
    yield from measured_beside(of, run)


def _cell(cell: Cell) -> str:
    who = cell.framework or (
        f"{cell.execution.mode} ({', '.join(cell.execution.of)})" if cell.execution else ""
    )
    changed = f" (changed: {cell.changed})" if cell.changed else ""
    sources = ", ".join(cell.checked_with)
    return row(
        who,
        cell.claim,
        f"{cell.criterion}: {cell.value}",
        f"**{cell.standing}**{changed}",
        f"{cell.today} {f'[{sources}](../sources.md)' if sources else ''}".strip(),
        claim_links(cell.superseded_by, "../claims.md"),
    )


def article(knowledge: Knowledge) -> Iterator[str]:
    """Every statement of the article that was checked, by its number in the check."""
    said: dict[int, Checked] = {c.number: c for c in knowledge.cells if c.number is not None}
    said |= {remark.number: remark for remark in knowledge.remarks if remark.number is not None}
    standings = Counter(each.standing for each in said.values())
    yield "# The source article, statement by statement"
    yield ""
    yield f"{len(said)} statements were checked, those of its tables among them: " + ", ".join(
        f"{count} {standing}" for standing, count in sorted(standings.items())
    )
    yield ""
    yield "What it says of speed stands [beside measurements](published.md#article)."
    yield ""
    yield from header("no.", "where", "it says", "stands", "today", "instead")
    yield from (_remark(said[number]) for number in sorted(said))


def _remark(said: Checked) -> str:
    if isinstance(said, Remark):
        where = said.where + (f" (repeats {said.same_as})" if said.same_as else "")
    else:
        where = f"[{said.id}](tables/{said.id.partition('.')[0]}.md)"
    return row(
        f'<a id="{said.id}"></a>{said.number}',
        where,
        said.claim,
        f"**{said.standing}**" + (f" (changed: {said.changed})" if said.changed else ""),
        f"{said.today} [{', '.join(said.checked_with)}](sources.md)",
        claim_links(said.superseded_by),
    )

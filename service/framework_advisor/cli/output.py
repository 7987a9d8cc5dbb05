"""Writing to standard output: a document as the API gives it, or a table for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import rich_click as click
from pydantic import BaseModel

from framework_advisor.errors import AdvisorError, InvalidInput, StoreFull, Unavailable
from framework_knowledge import KnowledgeError

#: What this project raises on purpose.
OURS = (AdvisorError, KnowledgeError)
#: The option that every command with a result has.
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print what the API returns, and nothing else."
)


def echo_document(document: BaseModel) -> None:
    """The very bytes that HTTP answers with."""
    click.echo(document.model_dump_json(by_alias=True))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table in aligned columns."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(cells).rstrip()


def duration(seconds: float) -> str:
    """Seconds in the unit that reads best: ``12.3 µs``, ``4.56 ms``, ``7.89 s``."""
    for factor, unit in ((1.0, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def complaints(error: AdvisorError | KnowledgeError) -> Iterator[str]:
    """What an error says, one line for each thing that is wrong."""
    match error:
        case InvalidInput(errors=errors):
            for each in errors:
                where = f"{each.pointer}: " if each.pointer else ""
                yield f"error: {where}{each.detail}; expected {each.expected}"
        case KnowledgeError(problems=problems):
            yield from (f"error: {problem}" for problem in problems)
        case Unavailable(reason=reason) | StoreFull(reason=reason) if reason:
            yield f"error: {error} ({reason})"
        case _:
            yield f"error: {error}"

"""The last part of the record: what its figures rest on, each with its dates and source."""

from __future__ import annotations

from collections.abc import Iterator

from framework_advisor.recommendation import Evidence, Recommendation
from framework_advisor.report.literal import linked, literal


def evidence(rec: Recommendation) -> Iterator[str]:
    """Every statement and every measured figure, by its id."""
    yield from ("", "## More information", "")
    yield "What the figures rest on, each with its grade, its dates and its source."
    yield ""
    for identity, item in rec.evidence.items():
        if item.kind == "probe":
            yield f"- `{identity}`: {literal(item.statement)} {_figure(item)}".rstrip()
        else:
            yield f"- `{identity}`: {literal(item.statement)}"
        whose = f" ({literal(item.provenance)})" if item.provenance else ""
        yield f"  Source: {linked(item.source)}{whose}; {item.grade}, {_dates(item)}"


def _figure(item: Evidence) -> str:
    if item.value is None:
        return ""
    interval = f" (95%: {item.ci95[0]:.4g} to {item.ci95[1]:.4g})" if item.ci95 else ""
    return f"{item.value:.4g} {literal(item.unit or '')}{interval}, run `{item.run}`"


def _dates(item: Evidence) -> str:
    until = f" until {item.valid_until}" if item.valid_until else ""
    since = f", holds from {item.valid_from}{until}" if item.valid_from else ""
    return f"looked up {item.observed}{since}"

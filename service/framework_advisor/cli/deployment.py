"""``deployment``: which export runs where, as each was tried last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import rich_click as click
from rich.console import RenderableType

from framework_advisor.cli.kept import with_store
from framework_advisor.cli.output import as_json, duration, echo_document
from framework_advisor.cli.terminal import columns, literal, section, show
from framework_advisor.deployment_matrix import (
    NONE_YET,
    Cell,
    DeployedPath,
    DeploymentMatrix,
    TrainedTogether,
)
from framework_advisor.errors import NotFound
from framework_advisor.report.names import TITLES
from framework_probes.host import fingerprint

WORKS = {
    "yes": "yes",
    "partly": "partly",
    "no": "no",
    "compiled_only": "compiled",
    "not_tried": "–",
}


@click.command()
@as_json
def deployment(*, as_json: bool) -> None:
    """Show which export runs where, as each was tried last."""
    from framework_advisor.runs.deployments import newest_matrix

    try:
        found = with_store("Reading a run", lambda s: newest_matrix(s, fingerprint().id))
    except NotFound:
        raise NotFound(NONE_YET) from None
    if as_json:
        echo_document(found)
        return
    show(*parts(found))


def parts(found: DeploymentMatrix) -> Iterator[RenderableType]:
    """The matrix for a terminal: framework by target, what ran, and why the others did not."""
    counts = ", ".join(f"{number} {outcome}" for outcome, number in found.counts.items())
    yield literal(f"{found.run} on {found.host.cpu}, {found.measured_at:%Y-%m-%d}: {counts}")
    targets = tuple(dict.fromkeys(cell.target for cell in found.cells))
    cells = {(cell.subject, cell.target): cell for cell in found.cells}
    rows = [
        (_who(name), *(_cell(cells.get((name, target))) for target in targets))
        for name in dict.fromkeys(cell.subject for cell in found.cells)
    ]
    if rows:
        table = columns(("", *targets), rows)
        yield section("Framework by target: works, results that are ok", table)
    right = [path for path in found.paths if path.outcome == "ok"]
    header = ("path", "model", "off by", "size", "export", "median", "of its own")
    told = [_row(path) for path in right]
    if told:
        yield section("Ran and is right", columns(header, told, right=header[2:]))
    yield from _left(found.paths)
    lines = [_together(each) for each in found.distributed]
    if lines:
        yield section("Two processes on one machine train together", *lines)


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return f"{WORKS[cell.works]} {cell.ok}/{cell.tried}" if cell.tried else WORKS[cell.works]


def _who(subject: str) -> str:
    framework, _, backend = subject.partition(":")
    return f"{TITLES[framework]} on {TITLES[backend]}" if backend else TITLES[framework]


def _row(path: DeployedPath) -> tuple[str, ...]:
    return (
        path.path,
        path.model,
        f"{path.parity.relative:.1g}" if path.parity else "",
        f"{path.artefact_bytes / 1e3:.0f} kB" if path.artefact_bytes else "",
        duration(path.export_s) if path.export_s else "",
        duration(path.latency.p50) if path.latency else "",
        f"{path.of_source:.2f}" if path.of_source else "",
    )


def _together(row: TrainedTogether) -> str:
    if row.step_s is None or row.ci95 is None:
        return f"{_who(row.subject)}, {row.way}: {row.outcome}: {row.reason}"
    low, high = map(duration, row.ci95)
    return (
        f"{_who(row.subject)}, {row.way}: gradients are those of one process, off by "
        f"{row.error:.1g}; a step takes {duration(row.step_s)} ({low} to {high})"
    )


def _left(paths: Sequence[DeployedPath]) -> Iterator[RenderableType]:
    """All others with the reason, alike ones together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        if path.outcome != "ok":
            key = (path.outcome, path.reason or "")
            alike.setdefault(key, []).append(f"{path.path} ({path.model})")
    for outcome in dict.fromkeys(outcome for outcome, _ in alike):
        lines = [
            f"{', '.join(names)}: {reason}"
            for (other, reason), names in alike.items()
            if other == outcome
        ]
        yield section(outcome.replace("_", " "), *lines)

"""What this project measured itself: the newest kept run, and the ratios that speak of a row."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from framework_advisor.runs.exported import parse_export
from framework_knowledge.models import Cell, CriterionId, Row, Table
from framework_probes.catalogue import CATALOGUE
from framework_probes.results import Contender, Environment, Host, Pair, Peaks, Result
from pages.markdown import header, row

#: What a probe would have to do where none does yet, said for each criterion of the tables.
WOULD_MEASURE: dict[CriterionId, str] = {
    "ease_of_use": "no clock does; lines of the same program, or people at work, would",
    "flexibility": "programs with branches and own layers, counted by who compiles them unchanged",
    "debugging": "no clock does; errors planted in a program and found with each tool would",
    "research_ecosystem": "no probe: it is counted in papers and packages, not on a host",
    "production_ecosystem": "no probe: it is counted in products and their support, not on a host",
    "accelerator_support": "the same probes on a GPU or a TPU; those of today run on processors",
    "deployment": "each export run in its real runtime, with equality, size and latency",
    "distributed_training": "one training step on one, two and more devices, with its scaling",
    "interoperability": "a model moved between frameworks and formats, its outputs compared",
}
SPEED: frozenset[CriterionId] = frozenset({"training_speed", "inference_speed"})


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A probe run as the docs keep it: what it was, where, and all that it says."""

    run: str
    suite: str
    measured_on: str
    host: Host
    peaks: Peaks | None
    environments: tuple[Environment, ...]
    results: tuple[Result, ...]
    pairs: tuple[Pair, ...]


def newest(folder: Path) -> KeptRun:
    """The run of the latest day in the folder; its files are named by day and host."""
    return _read(max(folder.glob("*.json")))


def newest_deployment(folder: Path) -> KeptRun | None:
    """The same of runs of exports; None where none is kept."""
    paths = sorted(folder.glob("*.json"))
    return _read(paths[-1]) if paths else None


def kept(docs: Path) -> Iterator[tuple[str, KeptRun]]:
    """Every run that the docs keep, the newest first, with its folder's path below the docs."""
    for folder in (docs / "measured", docs / "measured" / "published"):
        for path in sorted(folder.glob("*.json"), reverse=True):
            yield str(folder.relative_to(docs)), _read(path)


def newest_whole(folder: Path) -> KeptRun | None:
    """The same of runs of the whole catalogue, which are kept compressed."""
    paths = sorted(folder.glob("*.json.gz"))
    return _read(paths[-1]) if paths else None


def _read(path: Path) -> KeptRun:
    content = path.read_bytes()
    export = parse_export(gzip.decompress(content) if path.suffix == ".gz" else content).export
    return KeptRun(
        run=export.run.id,
        suite=export.run.request.suite,
        measured_on=str(export.run.finished_at.date()),
        host=export.hosts[0].host,
        peaks=export.hosts[0].peaks,
        environments=export.environments,
        results=export.results,
        pairs=export.pairs,
    )


def conditions(run: KeptRun) -> str:
    """Host, versions and settings of a run in one sentence."""
    versions = {
        f"{name} {version}"
        for environment in run.environments
        for name, version in environment.packages.items()
        if name not in ("numpy", "jaxlib")
    }
    pythons = sorted({environment.python for environment in run.environments})
    seen = [result.conditions for result in run.results if result.conditions]
    threads = sorted({each.threads_asked for each in seen})
    statistics = sorted({result.time.statistic for result in run.results if result.time})
    loads = [each.load_1m for each in seen if each.load_1m is not None]
    settings = [f"threads: {', '.join(map(str, threads))}", *statistics]
    if loads:
        settings.insert(1, f"load {min(loads):.1f} to {max(loads):.1f}")
    host = run.host
    return (
        f"Run `{run.run}` of {run.measured_on}, suite {run.suite}: {host.cores} cores of "
        f"{host.cpu}, {host.memory_bytes / 2**30:.0f} GiB, {host.system}, no accelerator used, "
        f"{', '.join(settings)}; Python {', '.join(pythons)}, "
        f"{', '.join(sorted(versions))}. {_processes(run.results)} "
        f"The whole run, raw blocks too: [docs/measured](../measured/{file_name(run)})."
    )


def file_name(run: KeptRun) -> str:
    """Name of the file in which a run is kept: its day and its host."""
    return f"{run.measured_on}-{run.host.id}.json"


def measured_of_row(each: Row, run: KeptRun) -> Iterator[str]:
    """What the run says of a row; where no probe informs it, what would have to be measured."""
    criteria = {cell.criterion for cell in each.cells}
    if not criteria & SPEED:
        wanted = "; ".join(WOULD_MEASURE[c] for c in sorted(criteria))
        yield f"This project measures: nothing of it yet, no probe. What would: {wanted}."
        return
    yield from ("This project measures:", "")
    yield from ratios(_pairs_of(each.cells, run))


def measured_beside(table: Table, run: KeptRun) -> Iterator[str]:
    """The speeds of the two that a table compares, though none of its rows asks for them."""
    frameworks = {c.framework for each in table.rows for c in each.cells if c.framework}
    if not frameworks:
        return
    yield from ("", "## Speed, which no row asks for", "")
    yield "What this project measures of the two:"
    yield ""
    yield from ratios(
        pair
        for pair in run.pairs
        if {pair.a.framework, pair.b.framework} == frameworks and pair.a.tier == pair.b.tier
    )


def ratios(pairs: Iterable[Pair]) -> Iterator[str]:
    """A table of ratios with their intervals and verdicts."""
    yield from header("probe", "informs", "a", "b", "time of b / time of a (95%)", "a is")
    for pair in pairs:
        low, high = pair.ci95
        yield row(
            f"[{pair.probe}](../probes.md)",
            CATALOGUE[pair.probe].criterion,
            name(pair.a),
            name(pair.b),
            f"{pair.ratio:.2f} ({low:.2f} to {high:.2f})",
            pair.verdict,
        )


def name(contender: Contender) -> str:
    """``keras on jax, compiled``; a variant follows, ``…, xla``."""
    backend = f" on {contender.backend}" if contender.backend else ""
    variant = f", {contender.variant}" if contender.variant else ""
    return f"{contender.framework}{backend}, {contender.tier}{variant}"


def _pairs_of(cells: Iterable[Cell], run: KeptRun) -> Iterator[Pair]:
    """Columns that are execution modes: each subject compiled against eager; else as named."""
    modes = {cell.execution.mode for cell in cells if cell.execution}
    if modes:
        yield from (p for p in run.pairs if p.a.subject == p.b.subject and p.a.tier != p.b.tier)
        return
    named = {cell.framework for cell in cells}
    yield from (
        p for p in run.pairs if {p.a.framework, p.b.framework} == named and p.a.tier == p.b.tier
    )


def _processes(results: Sequence[Result]) -> str:
    """How many processes stand behind the intervals."""
    several = sorted({r.probe for r in results if r.time and r.time.replicates > 1})
    most = "One process for each framework"
    holds = "the intervals hold for it, and another run may differ by a few per cent more."
    if not several:
        return f"{most}: {holds}"
    named = ", ".join(f"`{probe}`" for probe in several)
    return f"{most}, except for {named}, which were measured in several fresh ones: {holds}"

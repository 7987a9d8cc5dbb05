"""The matrix of the kept deployment run: framework by target, then path by path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from framework_advisor.deployment_matrix import HOW, Cell, DeployedPath, DeploymentMatrix
from framework_advisor.report.literal import literal
from framework_advisor.runs.records import RunResults
from framework_advisor.web.views.deployments import WORDS
from framework_advisor.web.words import framework, large, plain, seconds
from pages.markdown import header, row
from pages.measured import KeptRun


def matrix_of(run: KeptRun) -> DeploymentMatrix:
    """The document that the service gives of such a run."""
    measured = RunResults(run.run, run.host, run.environments, run.results, run.pairs)
    return DeploymentMatrix.of(measured, date.fromisoformat(run.measured_on))


def deployment_matrix(run: KeptRun | None) -> Iterator[str]:
    """The page: what works where, with figures, and every reason why not."""
    yield from ("# Deployment matrix", "")
    if run is None:
        yield f"No run is kept yet. Make one: `{HOW}`."
        return
    matrix = matrix_of(run)
    yield from _head(matrix)
    yield from _cells(matrix)
    for subject in dict.fromkeys(cell.subject for cell in matrix.cells):
        rows = [path for path in matrix.paths if path.subject == subject]
        yield from ("", f"## {framework(subject)}", "")
        yield from _right([path for path in rows if path.outcome == "ok"])
        yield from _left([path for path in rows if path.outcome != "ok"])
    yield from _together(matrix)
    yield from _proves(matrix.paths)
    yield from _versions(matrix.paths)


def _head(matrix: DeploymentMatrix) -> Iterator[str]:
    counts = ", ".join(f"{number} {plain(outcome)}" for outcome, number in matrix.counts.items())
    host = matrix.host
    yield (
        f"Each artefact ran in its target's own runtime, one thread, on {host.cpu}, {host.cores} "
        f"cores, {host.system}, no accelerator used, {matrix.measured_at}: {counts}. Outputs were "
        "compared with float64 NumPy on the same inputs. The same as JSON: "
        "[deployment_matrix.json](deployment_matrix.json). `framework-advisor deployment` shows "
        "that of your host, after a run:"
    )
    yield from ("", "```sh", HOW, "```", "")
    yield (
        "What a phone, a board or a browser of yours does is not shown by a run on this host: "
        "[what each runtime shows](#what-each-run-shows) stands below."
    )


def _cells(matrix: DeploymentMatrix) -> Iterator[str]:
    targets = tuple(dict.fromkeys(cell.target for cell in matrix.cells))
    cells = {(cell.subject, cell.target): cell for cell in matrix.cells}
    yield from ("", "## Framework by target", "")
    yield from header("framework", *targets)
    for subject in dict.fromkeys(cell.subject for cell in matrix.cells):
        yield row(framework(subject), *(_cell(cells.get((subject, t))) for t in targets))
    yield ""
    yield (
        "Works: every model left by at least one path and is right; in part: some models did. "
        "Figures count results that are right of those that were tried."
    )


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    text, _ = WORDS[cell.works]
    return f"{text}, {cell.ok} of {cell.tried}" if cell.tried else text


def _right(paths: Sequence[DeployedPath]) -> Iterator[str]:
    if not paths:
        yield "Nothing ran and is right."
        return
    yield from header(
        "path", "model", "off by", "best class", "export", "size", "runtime", "p50", "p90", "of own"
    )
    for path in paths:
        parity, latency = path.parity, path.latency
        agrees = parity is not None and parity.top1 is not None
        yield row(
            f"`{path.path}`",
            f"{path.model}, {path.precision}",
            f"{parity.relative:.1e}" if parity else "–",
            f"{parity.top1:.0%}" if parity and agrees else "–",
            seconds(path.export_s),
            f"{large(path.artefact_bytes)}B" if path.artefact_bytes else "–",
            f"{large(path.runtime_bytes)}B" if path.runtime_bytes else "–",
            seconds(latency.p50 if latency else None),
            seconds(latency.p90 if latency else None),
            f"{path.of_source:.2f}" if path.of_source else "–",
        )
    yield ""


def _left(paths: Sequence[DeployedPath]) -> Iterator[str]:
    """Everything else with its reason, alike ones together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        said = literal(" ".join((path.reason or "").split()))
        alike.setdefault((plain(path.outcome), said), []).append(f"`{path.path}` ({path.model})")
    for (outcome, reason), names in alike.items():
        yield f"- **{outcome}**: {', '.join(names)}: {reason}"


def _together(matrix: DeploymentMatrix) -> Iterator[str]:
    if not matrix.distributed:
        return
    yield from ("", "## Two processes train together", "")
    yield (
        "On the loopback, by each framework's own way: gradients of both processes against those "
        "of one process and of float64 NumPy on the whole batch. It shows that the way works on "
        "one machine, not how it scales, and [no decision rests on it]"
        "(decisions/0036-two-processes-on-one-machine.md)."
    )
    yield from ("", *header("framework", "way", "outcome", "off by", "one step", "95%"))
    for each in matrix.distributed:
        outcome = plain(each.outcome)
        if each.reason is not None:
            outcome = f"{each.outcome}: {literal(each.reason)}"
        yield row(
            framework(each.subject),
            f"`{each.way}`",
            outcome,
            f"{each.error:.1e}" if each.error is not None else "–",
            seconds(each.step_s),
            f"{seconds(each.ci95[0])} to {seconds(each.ci95[1])}" if each.ci95 else "–",
        )


def _proves(paths: Sequence[DeployedPath]) -> Iterator[str]:
    yield from ("", "## What each run shows", "")
    found: dict[str, list[str]] = {}
    for path in paths:
        names = found.setdefault(path.proves, [])
        name = plain(path.runtime) if path.runtime else f"`{path.path}`"
        if name not in names:
            names.append(name)
    yield from (f"- {', '.join(names)}: {proves}" for proves, names in found.items())
    yield ""
    yield (
        "Off by: Frobenius norm of the difference over that of the reference. Best class: share of "
        "rows whose largest output is the reference's. Runtime: what has to be installed beside "
        "the artefact. p50, p90: seconds of single requests with one thread. Of own: that median "
        "over the source framework's in the same run, asked as its users do (inference mode, "
        "tf.function, jax.jit)."
    )


def _versions(paths: Sequence[DeployedPath]) -> Iterator[str]:
    """Every version that took part; several where environments differ."""
    found: dict[str, set[str]] = {}
    for path in paths:
        for name, version in path.versions.items():
            found.setdefault(name, set()).add(version)
    if found:
        said = (f"{name} {', '.join(sorted(found[name]))}" for name in sorted(found))
        yield from ("", "## Versions", "", f"{'; '.join(said)}.")

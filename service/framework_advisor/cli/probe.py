"""``probe``: what can be measured, measuring it, and what was measured."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import rich_click as click

from framework_advisor.api.catalogue import catalogue
from framework_advisor.api.parsing import run_request
from framework_advisor.api.schemas import ProbeRun, ProbeRunResults
from framework_advisor.cli.extra import need_server
from framework_advisor.cli.output import as_json, duration, echo_document
from framework_advisor.cli.probe_compare import compare, map_
from framework_advisor.cli.probe_environments import environments
from framework_advisor.cli.probe_exchange import export, import_
from framework_advisor.cli.probe_mine import mine
from framework_advisor.cli.probe_runs import cancel, runs
from framework_advisor.cli.progress import RunProgress
from framework_advisor.cli.terminal import columns, literal
from framework_advisor.cli.terminal import show as write
from framework_advisor.errors import NotFound
from framework_advisor.runs.records import Run, RunResults
from framework_advisor.runs.request import ProbeRunRequest, need_device
from framework_probes.host import fingerprint
from framework_probes.results import FAILED, Cold, Result

PROBE_FAILED = 4
#: What a shell reports of a process that Ctrl-C ended.
CANCELLED = 130


@click.group()
def probe() -> None:
    """Measure this host."""


probe.add_command(compare)
probe.add_command(map_)
probe.add_command(export)
probe.add_command(environments)
probe.add_command(import_)
probe.add_command(mine)
probe.add_command(runs)
probe.add_command(cancel)


@probe.command(name="list")
@as_json
def list_(*, as_json: bool) -> None:
    """List what can be measured."""
    found = catalogue()
    if as_json:
        echo_document(found)
        return
    rows = [
        (
            p.id,
            p.title,
            p.shape,
            p.criterion.replace("_", " "),
            f"{p.cost_s:g} s",
            ", ".join(p.suites),
        )
        for p in found.items
    ]
    header = ("probe", "what", "shape", "informs", "cost", "suites")
    write(columns(header, rows, right=("cost",)))


@probe.command()
@click.option("--suite", help="quick, full or deployment.  [default: quick]")
@click.option("--frameworks", help="Only these, separated by commas.")
@click.option("--probes", help="Only these, separated by commas; see: probe list")
@click.option("--device", help="cpu, cuda, rocm, mps, tpu or xpu.  [default: cpu]")
@click.option("--budget", type=float, help="Seconds; what does not fit is left out.")
@click.option(
    "--resume", metavar="RUN", help="Go on with a run that was stopped; it says what is measured."
)
@as_json
@click.pass_context
def run(
    ctx: click.Context,
    *,
    resume: str | None,
    suite: str | None,
    frameworks: str | None,
    probes: str | None,
    device: str | None,
    budget: float | None,
    as_json: bool,
) -> None:
    """Measure this host and keep the results. Ctrl-C ends it; what is finished stays."""
    if resume is not None and (suite, frameworks, probes, device, budget) != (None,) * 5:
        raise click.UsageError("--resume goes with no other option: the run says what is measured.")
    request = run_request(
        suite=suite,
        frameworks=_names(frameworks),
        probes=_names(probes),
        device=device,
        budget_s=budget,
    )
    need_device(request)
    need_server("Keeping a probe run")
    _run(ctx, resume or request, as_json=as_json)


@probe.command("resume")
@click.argument("run")
@as_json
@click.pass_context
def resume_(ctx: click.Context, *, run: str, as_json: bool) -> None:
    """Go on with RUN, which was stopped; what is finished stays."""
    need_server("Keeping a probe run")
    _run(ctx, run, as_json=as_json)


def _run(ctx: click.Context, asked: ProbeRunRequest | str, *, as_json: bool) -> None:
    ended, measured = asyncio.run(_measure(asked))
    if as_json:
        echo_document(ProbeRun.of(ended))
    else:
        show_run(ended, measured)
    if ended.status == "cancelled":
        kept = f"{ended.done} of {ended.planned or '?'} results are kept"
        click.echo(f"{kept}; go on with: framework-advisor probe resume {ended.id}", err=True)
        ctx.exit(CANCELLED)
    if ended.status == "failed" or ended.counts.keys() & FAILED:
        ctx.exit(PROBE_FAILED)


@probe.command()
@click.argument("run", default="latest")
@as_json
def show(*, run: str, as_json: bool) -> None:
    """Show what RUN measured; without one, the newest run on this host that finished."""
    need_server("Reading a probe run")
    ended, measured = asyncio.run(_recorded(run))
    if as_json:
        echo_document(ProbeRunResults.of(measured))
    else:
        show_run(ended, measured)


def _names(option: str | None) -> list[str] | None:
    return None if option is None else [name.strip() for name in option.split(",")]


async def _measure(asked: ProbeRunRequest | str) -> tuple[Run, RunResults]:
    """Measure what is asked, or go on with the run of that id."""
    from framework_advisor.runs.foreground import resume_here, run_here
    from framework_advisor.runs.lock import HostLock
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    settings = load_settings()
    async with Store(settings) as store:
        with RunProgress() as bar:
            where = (store, HostLock(settings.data_dir, settings.lock_dir))
            if isinstance(asked, str):
                ended = await resume_here(*where, asked, bar.observe, say_waiting)
            else:
                ended = await run_here(*where, asked, bar.observe, say_waiting)
        return ended, await store.runs.results(ended.id)


async def _recorded(id_: str) -> tuple[Run, RunResults]:
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    settings = load_settings()
    if not settings.has_store:
        raise NotFound("Nothing was measured yet: framework-advisor probe run")
    async with Store(settings) as store:
        if id_ != "latest":
            found = await store.runs.get(id_)
        elif newest := await store.runs.newest_finished(fingerprint().id):
            found = await store.runs.get(newest[0].id)
        else:
            raise NotFound("No run has finished on this host: framework-advisor probe run")
        return found, await store.runs.results(found.id)


def say_waiting(holder: str) -> None:
    """On standard error, once."""
    click.echo(f"waits for {holder}, which measures on this host", err=True)


def show_run(ended: Run, measured: RunResults) -> None:
    """What a run measured, as a table; of somebody's own file with its name and digest."""
    figures = ("time", "95%", "of roofline", "compiling")
    header = ("probe", "framework", "tier", "outcome", *figures, "")
    write(
        columns(header, map(_row, measured.results), right=("time", "of roofline")),
        "",
        f"{ended.id} {ended.status}: {ended.message}",
        *map(literal, _of_own_file(ended, measured)),
    )


def _of_own_file(ended: Run, measured: RunResults) -> Iterator[str]:
    own = ended.request.own
    if own is None:
        return
    yield f"{own.name}, sha256 {own.sha256[:16]}"
    compared = (r.equality for r in measured.results if r.equality is not None)
    yield from dict.fromkeys(f"{e.reference}; allowed: {e.tolerance:.2g}" for e in compared)


def _row(result: Result) -> tuple[str, ...]:
    time, low, high, share = result.time, "", "", ""
    if time is not None:
        low, high = map(duration, time.ci95)
        if result.rate is not None and result.rate.of_roofline is not None:
            share = f"{result.rate.of_roofline:.2g}"
    return (
        result.probe,
        result.contender.subject,
        result.contender.tier,
        result.outcome,
        duration(time.seconds) if time else "",
        f"{low} to {high}" if time else "",
        share,
        _compiling(time.cold) if time else "",
        result.reason or _percentiles(result),
    )


def _percentiles(result: Result) -> str:
    """Of single calls, with why one is missing; empty where an iteration answers no request."""
    found = result.time.percentiles if result.time else None
    if found is None:
        return ""
    told = {"p50": found.p50, "p90": found.p90, "p99": found.p99}
    known = [f"{name} {duration(value)}" for name, value in told.items() if value is not None]
    return "; ".join(
        [*([", ".join(known)] if known else []), *([found.reason] if found.reason else [])]
    )


def _compiling(cold: Cold) -> str:
    """What compiling costs, once and for another shape, and from which step on it was worth it."""
    if cold.compile_s is None:
        return ""
    again = f", again {duration(cold.recompile_s)}" if cold.recompile_s is not None else ""
    steps = cold.pays_off_after
    pays = "never pays here" if steps is None else f"pays from step {steps}"
    return f"{duration(cold.compile_s)}{again}, {pays}"

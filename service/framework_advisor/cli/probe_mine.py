"""``probe mine``: a model that somebody brings, measured as the catalogue's probes are."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import rich_click as click

from framework_advisor.api.schemas import ProbeRun
from framework_advisor.cli.deployment import parts
from framework_advisor.cli.extra import need_server
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.terminal import literal, show
from framework_advisor.deployment_matrix import DeploymentMatrix
from framework_advisor.errors import AdvisorError
from framework_advisor.runs.records import Run, RunResults
from framework_probes.deployment.order import look as look_to_export
from framework_probes.mine import command as mining
from framework_probes.mine.measuring import TIERS, Order, look
from framework_probes.planning import InvalidRequest
from framework_probes.results import FAILED, RunRequest

Looked = TypeVar("Looked")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--template",
    type=click.Choice(mining.TEMPLATES),
    help="Print a commented file to start from, and end.",
)
@click.option("--frameworks", help="Only these of the file, separated by commas.")
@click.option("--tiers", help="eager, compiled or both, separated by a comma.  [default: both]")
@click.option("--infer", "only", flag_value="infer", help="Of a Keras model, its inference alone.")
@click.option("--train", "only", flag_value="train", help="Of a Keras model, its training alone.")
@click.option(
    "--deploy",
    is_flag=True,
    help="Export it to every target instead, run each artefact, and compare what comes out.",
)
@click.option("--thorough", is_flag=True, help="Three processes for each, and their memory.")
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    help="cpu, cuda, rocm, mps, tpu or xpu.",
)
@click.option("--budget", type=float, help="Seconds; what does not fit is left out.")
@as_json
@click.pass_context
def mine(
    ctx: click.Context,
    *,
    file: Path | None,
    template: str | None,
    frameworks: str | None,
    tiers: str | None,
    only: str | None,
    deploy: bool,
    thorough: bool,
    device: str,
    budget: float | None,
    as_json: bool,
) -> None:
    """Measure your own model, in the Python file FILE.

    Three steps:

    \b
      framework-advisor probe mine --template callables > my_model.py
      (put your model in: the comments in the file say how)
      framework-advisor probe mine my_model.py

    A file holds one of: a function for each framework (callables), a Keras model, which is measured
    on its three back ends (keras), or a torch module beside a Keras model (torch-and-keras).
    With --deploy a model is exported to every target and run there instead; its file is begun by
    --template deployment.

    Everybody gets the same inputs and weights, and must give the same result before anything is
    timed. The results are kept, and shown by: probe show. Ctrl-C ends it; what is finished stays.
    """  # noqa: D301 - click's own mark for lines that stay as they are
    from framework_advisor.cli.probe import CANCELLED, PROBE_FAILED, show_run

    if template is not None:
        click.echo(mining.template(template), nl=False)
        return
    if file is None:
        raise click.UsageError("Name a file, or have one begun: --template callables > my_model.py")
    need_server("Keeping a probe run")
    if deploy:
        if tiers or only or thorough or device != "cpu":
            raise click.UsageError("--deploy goes with --frameworks and --budget alone.")
        exports = _checked(lambda: look_to_export(file, _names(frameworks), budget))
        command, request = mining.arguments_of_exports(exports), exports.request
    else:
        order = Order(
            file=file,
            frameworks=_names(frameworks),
            tiers=_names(tiers) or TIERS,  # type: ignore[arg-type]
            only=only,
            thorough=thorough,
            device=device,
            budget_s=budget,
        )
        command, request = mining.arguments(order), _checked(lambda: look(order)).request
    ended, measured = asyncio.run(_measure(request(f"run_{secrets.token_hex(8)}"), command))
    if as_json:
        echo_document(ProbeRun.of(ended))
    elif deploy and ended.finished_at is not None:
        matrix = DeploymentMatrix.of(measured, ended.finished_at)
        show(*parts(matrix), literal(f"{ended.id} {ended.status}: {ended.message}"))
    else:
        show_run(ended, measured)
    if ended.status == "cancelled":
        ctx.exit(CANCELLED)
    if ended.status == "failed" or ended.counts.keys() & FAILED:
        ctx.exit(PROBE_FAILED)


def _names(option: str | None) -> tuple[str, ...] | None:
    return None if option is None else tuple(name.strip() for name in option.split(","))


def _checked(look_at: Callable[[], Looked]) -> Looked:
    """The file is executed; what is wrong with it ends here, before a run is begun."""
    try:
        return look_at()
    except InvalidRequest as error:
        raise AdvisorError(str(error)) from None


async def _measure(asked: RunRequest, command: list[str]) -> tuple[Run, RunResults]:
    from framework_advisor.cli.probe import say_waiting
    from framework_advisor.cli.progress import RunProgress
    from framework_advisor.runs.foreground import measure_here
    from framework_advisor.runs.lock import HostLock
    from framework_advisor.runs.process import ProbeProcess
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    settings = load_settings()
    probes = partial(ProbeProcess, command=command)
    async with Store(settings) as store:
        with RunProgress() as bar:
            lock = HostLock(settings.data_dir, settings.lock_dir)
            ended = await measure_here(store, lock, asked, bar.observe, say_waiting, probes)
        return ended, await store.runs.results(ended.id)

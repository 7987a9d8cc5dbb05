"""``host``: what this machine is and has."""

from __future__ import annotations

import rich_click as click

from framework_advisor.api.this_host import current_host
from framework_advisor.cli.output import as_json, echo_document, table
from framework_advisor.cli.recorded import peaks_of_this_host
from framework_probes.results import Ceiling, Peaks


@click.command()
@as_json
def host(*, as_json: bool) -> None:
    """Describe this host: devices, frameworks installed, peaks measured."""
    found = current_host(peaks_of_this_host())
    if as_json:
        echo_document(found)
        return
    machine = found.host
    click.echo(f"{machine.id}  {machine.name}")
    click.echo(f"{machine.system}, {machine.cpu}, {machine.cores} cores", nl=False)
    click.echo(f", {machine.memory_bytes / 2**30:.0f} GiB")
    click.echo(f"devices: {', '.join(found.devices)}")
    for framework, version in found.frameworks.items():
        click.echo(f"{framework}: {version or 'not installed'}")
    if found.peaks is None:
        click.echo("peaks: not measured yet: framework-advisor probe run")
    else:
        _show(found.peaks)


def _show(peaks: Peaks) -> None:
    flops, rate = peaks.flops_per_s / 1e9, peaks.bytes_per_s / 1e9
    click.echo(f"peaks: {flops:.1f} GFLOP/s, {rate:.1f} GB/s ({peaks.method})")
    if not peaks.ceilings:
        return
    core = "several cores" if peaks.core is None else f"core {peaks.core}"
    click.echo(f"ceilings, {peaks.threads} thread(s) on {core}, the best of all that were asked:")
    header = ("work", "dtype", "over", "reached", "looks", "by", "how")
    click.echo("\n".join(table(header, map(_row, peaks.best()))))


def _row(each: Ceiling) -> tuple[str, ...]:
    unit = "GFLOP/s" if each.work == "product" else "GB/s"
    low, high = (rate / 1e9 for rate in each.looks)
    over = "" if each.footprint is None else f"{each.footprint / 2**20:g} MiB"
    best = f"{each.per_s / 1e9:.1f} {unit}"
    looks = f"{low:.1f} to {high:.1f}"
    return each.work, each.dtype, over, best, looks, each.library, each.method

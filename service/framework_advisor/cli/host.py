"""``host``: what this machine is and has."""

from __future__ import annotations

from collections.abc import Iterator

import rich_click as click

from framework_advisor.api.this_host import current_host
from framework_advisor.cli.output import as_json, echo_document, table
from framework_advisor.cli.recorded import peaks_of_this_host
from framework_probes.results import Ceiling, Host, Peaks


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
    for line in _hardware(machine):
        click.echo(line)
    click.echo(f"devices: {', '.join((*found.devices, *machine.accelerators))}")
    for framework, version in found.frameworks.items():
        click.echo(f"{framework}: {version or 'not installed'}")
    if found.peaks is None:
        click.echo("peaks: not measured yet: framework-advisor probe run")
    else:
        _show(found.peaks)


def _hardware(machine: Host) -> Iterator[str]:
    """What is known beyond the make, a line for each kind of thing."""
    known = machine.hardware
    if known is None:
        return
    caches = ", ".join(f"{name} {size >> 10} KiB" for name, size in known.caches.items())
    yield f"caches: {caches or 'unknown'}; microcode: {known.microcode or 'unknown'}"
    yield f"instructions: {', '.join(known.features) or 'unknown'}"
    yield (
        f"clock governor: {known.governor or 'unknown'}; "
        f"virtualisation: {known.virtualisation or 'unknown'}"
    )
    limits = [
        f"{known.cpu_quota:g} processors" if known.cpu_quota else "",
        f"cores {known.cpuset}" if known.cpuset else "",
        f"{known.memory_limit_bytes / 2**30:.1f} GiB" if known.memory_limit_bytes else "",
    ]
    yield f"control group allows: {', '.join(filter(None, limits)) or 'all, as far as it says'}"
    for name, version in known.drivers.items():
        yield f"driver {name}: {version}"


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

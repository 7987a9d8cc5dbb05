"""``host``: what this machine is and has."""

from __future__ import annotations

import click

from framework_advisor.api.this_host import current_host
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.recorded import peaks_of_this_host


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
        flops, rate = found.peaks.flops_per_s / 1e9, found.peaks.bytes_per_s / 1e9
        click.echo(f"peaks: {flops:.1f} GFLOP/s, {rate:.1f} GB/s ({found.peaks.method})")

"""``hosts``: where probes ran."""

from __future__ import annotations

import rich_click as click

from framework_advisor.api.schemas import HostList, HostSeen
from framework_advisor.cli.kept import with_store
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.terminal import columns, show
from framework_advisor.runs.records import HostRecord

NONE: tuple[HostRecord, ...] = ()


@click.command()
@as_json
def hosts(*, as_json: bool) -> None:
    """List the hosts that probes ran on, the latest first."""
    found = with_store("Listing", lambda store: store.hosts.all(), empty=NONE)
    items = tuple(map(HostSeen.of, found))
    if as_json:
        echo_document(HostList(items=items, total=len(items)))
        return
    rows = (
        (
            item.host.id,
            item.host.cpu,
            str(item.host.cores),
            f"{item.host.memory_bytes / 2**30:.0f} GiB",
            f"{item.last_seen:%Y-%m-%d}",
            item.latest_run or "",
        )
        for item in items
    )
    header = ("host", "processor", "cores", "memory", "last seen", "latest run")
    show(columns(header, rows, right=("cores", "memory")))

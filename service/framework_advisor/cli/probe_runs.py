"""``probe runs`` and ``probe cancel``: the runs that are kept here, and ending one that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from framework_advisor.api.schemas import ProbeRun, ProbeRunList
from framework_advisor.cli.kept import NOTHING, next_page, paged, say_more, with_store
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.terminal import columns, show
from framework_advisor.runs.records import Run
from framework_probes.host import fingerprint

if TYPE_CHECKING:
    from framework_advisor.store import Store

PATH = "/v1/probe-runs"


@click.command()
@paged
@as_json
def runs(*, limit: int, cursor: int | None, as_json: bool) -> None:
    """List the runs that are kept here, the newest first."""
    page = with_store("Listing", lambda store: store.runs.page(limit, cursor), empty=NOTHING)
    items = tuple(map(ProbeRun.of, page.items))
    if as_json:
        after = next_page(PATH, page.next, limit)
        echo_document(ProbeRunList(items=items, total=page.total, next=after))
        return
    rows = (
        (
            item.id,
            f"{item.created_at:%Y-%m-%d %H:%M}",
            item.status,
            item.suite,
            f"{item.progress.done} of {item.progress.planned or '?'}",
            item.message,
        )
        for item in items
    )
    show(columns(("run", "asked", "status", "suite", "results", ""), rows))
    say_more(len(items), page.total, page.next)


@click.command()
@click.argument("run")
@as_json
def cancel(*, run: str, as_json: bool) -> None:
    """Cancel RUN, which waits in the queue of a service.

    A run that is measured already is ended where it goes on: Ctrl-C there, or DELETE over HTTP.
    """
    ended = with_store("Cancelling a probe run", lambda store: _cancelled(store, run))
    if as_json:
        echo_document(ProbeRun.of(ended))
    else:
        click.echo(f"{ended.id} {ended.status}: {ended.message}")


async def _cancelled(store: Store, run: str) -> Run:
    from framework_advisor.runs.lock import HostLock
    from framework_advisor.runs.queue import RunQueue
    from framework_advisor.settings import load_settings

    settings = load_settings()
    lock = HostLock(settings.data_dir, settings.lock_dir)
    # A queue that was never started executes nothing.
    return await RunQueue(store, lock, fingerprint()).cancel(run)

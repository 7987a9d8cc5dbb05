"""What the store on this machine holds, for commands that also work without one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import rich_click as click

from framework_advisor.cli.extra import has_server, need_server
from framework_advisor.errors import NotFound
from framework_advisor.measured import RecordedRun
from framework_advisor.profile import Profile
from framework_probes.host import fingerprint
from framework_probes.results import Peaks

if TYPE_CHECKING:
    from framework_advisor.settings import Settings


def runs_for_profile(profile: Profile) -> tuple[RecordedRun, ...]:
    """The recorded runs that count for a profile; none where there is no store yet.

    Raises:
        NotInstalled: the profile names a run, and the store's extra is missing.
        InvalidInput: the profile names a run or a host that the store does not hold.
    """
    named = profile.evidence is not None and profile.evidence.probe_run not in (None, "latest")
    if named:
        need_server("Reading a recorded probe run")
    elif not has_server():
        click.echo("no measurements: the store needs the extra 'server'", err=True)
        return ()
    from framework_advisor.settings import load_settings

    # The store takes a second to load; before the first run there is none.
    settings = load_settings()
    if not (named or settings.has_store):
        return ()
    return asyncio.run(_runs(profile, settings))


def peaks_of_this_host() -> Peaks | None:
    """What the newest run measured here; None where none did or there is no store."""
    return asyncio.run(_peaks()) if has_server() else None


async def _runs(profile: Profile, settings: Settings) -> tuple[RecordedRun, ...]:
    from framework_advisor.runs.evidence import runs_for
    from framework_advisor.store import Store

    async with Store(settings) as store:
        return await runs_for(profile, store, fingerprint().id)


async def _peaks() -> Peaks | None:
    from framework_advisor.settings import load_settings

    settings = load_settings()
    if not settings.has_store:
        return None
    from framework_advisor.store import Store

    async with Store(settings) as store:
        try:
            return (await store.hosts.get(fingerprint().id)).peaks
        except NotFound:
            return None

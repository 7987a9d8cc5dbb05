"""What the store on this machine holds, for commands that also work without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from framework_advisor.cli.extra import has_server, need_server
from framework_advisor.decision.measurements import Measurements
from framework_advisor.errors import NotFound
from framework_advisor.kept_where import may_have_store
from framework_advisor.probe_facts import nothing_measured
from framework_advisor.profile import Profile

if TYPE_CHECKING:
    from framework_advisor.measured import RecordedRun
    from framework_advisor.settings import Settings
    from framework_probes.results import Peaks


def measurements_for(profile: Profile) -> Measurements:
    """What was recorded here and counts for a profile, and the catalogue.

    Raises:
        NotInstalled: the profile names a run, and the store's extra is missing.
        InvalidInput: the profile names a run or a host that the store does not hold.
    """
    runs = _runs_for(profile)
    if not runs:
        return nothing_measured()
    from framework_advisor.measured import measurements_from

    return measurements_from(runs)


def _runs_for(profile: Profile) -> tuple[RecordedRun, ...]:
    """The recorded runs that count; none where there is no store yet."""
    named = profile.evidence is not None and profile.evidence.probe_run not in (None, "latest")
    if named:
        need_server("Reading a recorded probe run")
    elif not has_server():
        click.echo("no measurements: the store needs the extra 'server'", err=True)
        return ()
    # The store takes a second to load, and the settings their time; before the first run there is
    # none.
    if not (named or may_have_store()):
        return ()
    import asyncio

    from framework_advisor.settings import load_settings

    settings = load_settings()
    if not (named or settings.has_store):
        return ()
    return asyncio.run(_runs(profile, settings))


def peaks_of_this_host() -> Peaks | None:
    """What the newest run measured here; None where none did or there is no store."""
    import asyncio

    return asyncio.run(_peaks()) if has_server() else None


async def _runs(profile: Profile, settings: Settings) -> tuple[RecordedRun, ...]:
    from framework_advisor.runs.evidence import runs_for
    from framework_advisor.store import Store
    from framework_probes.host import fingerprint

    async with Store(settings) as store:
        return await runs_for(profile, store, fingerprint().id)


async def _peaks() -> Peaks | None:
    from framework_advisor.settings import load_settings

    settings = load_settings()
    if not settings.has_store:
        return None
    from framework_advisor.store import Store
    from framework_probes.host import fingerprint

    async with Store(settings) as store:
        try:
            return (await store.hosts.get(fingerprint().id)).peaks
        except NotFound:
            return None

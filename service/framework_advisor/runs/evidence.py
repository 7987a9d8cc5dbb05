"""Which recorded runs count for a profile."""

from __future__ import annotations

from framework_advisor.errors import Conflict, FieldError, InvalidInput, NotFound
from framework_advisor.measured import RecordedRun
from framework_advisor.profile import EvidenceChoice, Profile
from framework_advisor.runs import deployments
from framework_advisor.store import Store
from framework_probes.catalogue import CATALOGUE

#: Older runs than these are not looked at for probes that the newer ones lack.
RUNS_LOOKED_AT = 5


async def runs_for(profile: Profile, store: Store, host: str) -> tuple[RecordedRun, ...]:
    """The run that the profile names, or the newest finished ones of each of its hosts.

    ``host`` is the current host, which counts where the profile names none.

    Raises:
        InvalidInput: the profile names a run or a host that is not there, or a run that goes on.
    """
    choice = profile.evidence or EvidenceChoice()
    if choice.probe_run is None:
        return ()
    if choice.probe_run != "latest":
        return (await _named(store, choice.probe_run),)
    if choice.hosts is not None:
        await _check_hosts(store, choice.hosts)
    hosts = choice.hosts or (host,)
    found = [await _newest(store, each) for each in hosts]
    found += [await _deployed(store, each) for each in hosts]
    return tuple(run for runs in found for run in runs)


async def _deployed(store: Store, host: str) -> list[RecordedRun]:
    """A host's newest run of exports; what it did not try comes from the ones before."""
    runs: list[RecordedRun] = []
    for run in await store.runs.newest_deployment(host, deployments.RUNS_LOOKED_AT):
        try:
            runs.append(await store.recorded(run))
        except NotFound:
            continue  # forgotten a moment ago
    return runs


async def _newest(store: Store, host: str) -> list[RecordedRun]:
    """As many of a host's runs, newest first, as it takes to find every probe measured once.

    A run of one probe thus adds to an earlier run of all, rather than hiding it.
    """
    runs: list[RecordedRun] = []
    covered: set[str] = set()
    for run in await store.runs.newest_of_catalogue(host, RUNS_LOOKED_AT):
        try:
            recorded = await store.recorded(run)
        except NotFound:
            continue  # forgotten a moment ago
        if recorded.measured - covered:
            runs.append(recorded)
            covered |= recorded.measured
        if covered >= CATALOGUE.keys():
            break
    return runs


async def _named(store: Store, id_: str) -> RecordedRun:
    try:
        return await store.recorded_run(id_)
    except (NotFound, Conflict) as error:
        raise InvalidInput(
            (
                FieldError(
                    "/evidence/probe_run",
                    str(error),
                    "the id of a probe run that has ended, 'latest', or null",
                ),
            )
        ) from None


async def _check_hosts(store: Store, hosts: tuple[str, ...]) -> None:
    known = {record.host.id for record in await store.hosts.all()}
    wrong = tuple(
        FieldError(
            f"/evidence/hosts/{index}",
            f"there is no host {host}",
            f"a host seen before: {', '.join(sorted(known)) or 'none so far'}",
        )
        for index, host in enumerate(hosts)
        if host not in known
    )
    if wrong:
        raise InvalidInput(wrong)

"""The newest run that tried exports, of this host before others."""

from __future__ import annotations

from framework_advisor.deployment_matrix import NONE_YET, DeploymentMatrix
from framework_advisor.errors import NotFound
from framework_advisor.runs.records import Ended
from framework_advisor.store import Store


async def newest_deployment(store: Store, host: str) -> Ended | None:
    """The newest run of exports on that host; where it has none, of the host seen last."""
    others = (record.host.id for record in await store.hosts.all())
    for each in dict.fromkeys((host, *others)):
        found = await store.runs.newest_deployment(each)
        if found:
            return found[0]
    return None


async def newest_matrix(store: Store, host: str) -> DeploymentMatrix:
    """What came of every export in it.

    Raises:
        NotFound: none was made.
    """
    run = await newest_deployment(store, host)
    if run is None:
        raise NotFound(NONE_YET)
    return DeploymentMatrix.of(await store.runs.results(run.id), run.finished_at)

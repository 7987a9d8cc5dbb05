"""What the runs that tried exports come to, of this host before others."""

from __future__ import annotations

from framework_advisor.deployment_matrix import NONE_YET, DeploymentMatrix
from framework_advisor.errors import NotFound
from framework_advisor.runs.records import Ended
from framework_advisor.store import Store

#: What the newest run did not try comes from as many before it at most.
RUNS_LOOKED_AT = 3


async def newest_deployments(store: Store, host: str) -> tuple[Ended, ...]:
    """The newest runs of exports on that host; where it has none, of the host seen last."""
    others = (record.host.id for record in await store.hosts.all())
    for each in dict.fromkeys((host, *others)):
        if found := await store.runs.newest_deployment(each, RUNS_LOOKED_AT):
            return found
    return ()


async def newest_matrix(store: Store, host: str) -> DeploymentMatrix:
    """What came of every export, each as it was tried last.

    Raises:
        NotFound: none was tried.
    """
    runs = await newest_deployments(store, host)
    if not runs:
        raise NotFound(NONE_YET)
    newest, *before = [await store.runs.results(run.id) for run in runs]
    return DeploymentMatrix.of(newest, runs[0].finished_at, before)

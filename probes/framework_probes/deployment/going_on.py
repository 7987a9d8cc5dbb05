"""What stays of a run of the suite that was stopped: every path that came to an end."""

from __future__ import annotations

from collections.abc import Sequence

from framework_probes.deployment.planning import trials
from framework_probes.results import Outcome, Result, RunRequest

#: Outcomes that mean that a path's turn never came.
LEFT: frozenset[Outcome] = frozenset({"not_run", "cancelled"})


def sorted_out(
    request: RunRequest, results: Sequence[Result]
) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """Finished results, and names of the paths still to be tried, as a request gives them.

    Raises:
        InvalidRequest: the request cannot be run.
    """
    done = {(r.probe, r.contender): r for r in results if r.outcome not in LEFT}
    planned = trials(request)
    finished = tuple(done[trial.key] for trial in planned if trial.key in done)
    return finished, tuple(trial.name for trial in planned if trial.key not in done)

"""Going on with a run that was killed: finished probes are kept, only the rest is measured."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace

from framework_probes import deployment, host
from framework_probes.comparison import NotRecomputable
from framework_probes.deployment import going_on
from framework_probes.planning import InvalidRequest, Plan, plan
from framework_probes.recomputation import recompute
from framework_probes.results import (
    Environment,
    Event,
    Outcome,
    Pair,
    Progress,
    Result,
    RunRequest,
    Started,
)
from framework_probes.seats import Setup
from framework_probes.session import DEFAULT, execute

#: Outcomes that mean that a contender's turn never came: its probe is measured again.
LEFT: frozenset[Outcome] = frozenset({"not_run", "cancelled"})


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of an earlier run, and what is still to be measured.

    Attributes:
        results: of finished probes.
        pairs: of finished probes, made again from their blocks: the run may have been killed
            between a probe's results and its pairs.
        rest: what to measure, in order, as a request names it.
    """

    results: tuple[Result, ...]
    pairs: tuple[Pair, ...]
    rest: tuple[str, ...]


def kept(request: RunRequest, results: Sequence[Result], setup: Setup = DEFAULT) -> Kept:
    """Sort an earlier run's results into finished probes and the rest.

    A probe is finished when every contender of the plan has its result and none was left out for
    want of time; what the suite leaves out on purpose is not waited for.

    Raises:
        InvalidRequest: the request cannot be run.
    """
    if request.suite == deployment.SUITE:
        # Path by path: each result stands for itself.
        done, open_ = going_on.sorted_out(request, results)
        return Kept(done, (), open_)
    planned = plan(request, setup)
    finished: list[Result] = []
    pairs: list[Pair] = []
    rest = []
    for probe in planned.probes:
        mine = [result for result in results if result.probe == probe.id]
        wanted = set(planned.contenders(probe))
        whole = {r.contender for r in mine} >= wanted and not _left(mine, planned)
        try:
            made = recompute(mine).pairs if whole else ()
        except NotRecomputable:
            whole = False
        if whole:
            finished += mine
            pairs += made
        else:
            rest.append(probe.id)
    return Kept(tuple(finished), tuple(pairs), tuple(rest))


def _left(results: Iterable[Result], planned: Plan) -> bool:
    return any(
        result.outcome in LEFT and not planned.leaves_out(result.contender, result.probe)
        for result in results
    )


def resume(
    earlier: Iterable[Event], setup: Setup = DEFAULT, budget_s: float | None = None
) -> Generator[Event, None, None]:
    """The whole run again: what was finished as it stood, and the rest measured now.

    Args:
        earlier: events of the run that was killed, in order.
        setup: as for ``session.execute``.
        budget_s: seconds for the rest; None: what the run had for all.

    Raises:
        InvalidRequest: at once, where the events do not say what was asked, or are of another
            machine.
    """
    events = list(earlier)
    started = next((event for event in events if isinstance(event, Started)), None)
    if started is None or started.request is None:
        raise InvalidRequest("resume", "these events", "those of a run, its first line included")
    here = host.fingerprint().id
    if started.host.id != here:
        raise InvalidRequest("resume", f"a run of {started.host.id}", f"one of this host, {here}")
    request = started.request
    if budget_s is not None:
        request = replace(request, budget_s=budget_s)
    results = [event for event in events if isinstance(event, Result)]
    return _resumed(events, started, request, kept(request, results, setup), setup)


def _resumed(
    events: Sequence[Event], started: Started, request: RunRequest, stays: Kept, setup: Setup
) -> Generator[Event, None, None]:
    yield started
    used = {result.environment for result in stays.results}
    yield from (e for e in events if isinstance(e, Environment) and e.id in used)
    yield from stays.results
    yield from stays.pairs
    done = len(stays.results)
    yield Progress(done, started.planned, f"{done} results were there already")
    if not stays.rest:
        return
    measured = execute(replace(request, probes=stays.rest), setup)
    try:
        for event in measured:
            if isinstance(event, Progress):
                yield replace(event, done=event.done + done, planned=started.planned)
            elif not _known(event, used):
                yield event
    finally:
        measured.close()


def _known(event: Event, environments: set[str]) -> bool:
    """Whether the resumed run has said it before."""
    return isinstance(event, Started) or (
        isinstance(event, Environment) and event.id in environments
    )

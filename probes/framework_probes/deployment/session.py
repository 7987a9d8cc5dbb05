"""A run of the suite: path by path, each result as soon as it is known."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

from framework_probes import host
from framework_probes.deployment.concluding import Conclusion
from framework_probes.deployment.models import ROWS, model_of
from framework_probes.deployment.places import missing
from framework_probes.deployment.planning import Trial, budget_s, trials
from framework_probes.deployment.trying import Bench
from framework_probes.distributed.catalogue import Check
from framework_probes.distributed.checks import carried_out, result_of
from framework_probes.probe import Array
from framework_probes.protocol import Refused
from framework_probes.results import Environment, Event, Progress, Result, RunRequest, Started
from framework_probes.seats import Setup


def execute(request: RunRequest, setup: Setup) -> Generator[Event, None, None]:
    """Try what the request asks for. Closing the iterator ends every process.

    Raises:
        InvalidRequest: at once, before anything is started.
    """
    return carry_out(request, trials(request), setup)


def carry_out(
    request: RunRequest, planned: tuple[Trial | Check, ...], setup: Setup
) -> Generator[Event, None, None]:
    """Try what was planned. Closing the iterator ends every process."""
    with tempfile.TemporaryDirectory(
        prefix="framework-deployment-", ignore_cleanup_errors=True
    ) as folder:
        bench = Bench(Path(folder), setup, request.seed)
        try:
            yield from Session(request, planned, bench).events()
        finally:
            bench.close()


class Session:
    """State of one run. Use :func:`execute`, which also ends what this starts."""

    def __init__(
        self, request: RunRequest, planned: tuple[Trial | Check, ...], bench: Bench
    ) -> None:
        self.request = request
        self.planned = planned
        self.bench = bench
        self.deadline = time.monotonic() + budget_s(request)
        self.described: set[str] = set()
        self.done = 0

    def events(self) -> Iterator[Event]:
        """The whole run."""
        machine = host.fingerprint()
        yield Started(machine, None, len(self.planned), self.request)
        for trial in self.planned:
            if isinstance(trial, Check):
                yield self._progress(f"two processes together: {trial.way}")
                environment, result = self._check(trial, machine.id)
            else:
                yield self._progress(f"{trial.way.id}: {model_of(trial.model).id}")
                conclusion = self._try(trial)
                environment = conclusion.environment
                result = conclusion.result(self.request, machine.id)
            if environment is not None and environment.id not in self.described:
                self.described.add(environment.id)
                yield environment
            self.done += 1
            yield result
        yield self._progress("all paths were tried")

    def _try(self, trial: Trial) -> Conclusion:
        way, model = trial.way, trial.model
        told = Conclusion(trial)
        left = self.deadline - time.monotonic()
        if (absent := missing(way)) is not None:
            return told.refused(absent)
        if left < way.cost_s:
            return told.refused(short(left, way.cost_s))
        written = self.bench.export(way, model)
        if isinstance(written, Refused):
            return told.refused(written)
        told.wrote(written)
        if way.runtime is not None:
            ran = self.bench.serve(way, way.runtime, written, model)
            if isinstance(ran, Refused):
                return told.refused(ran)
            told.ran(ran)
        if way.kind == "compile":
            return told.refused(Refused("compiled_only", way.proves))
        source = self.bench.source(way.framework, way.backend, model)
        told.compared_with(source)
        told.judge(reference(model, self.request.seed))
        return told

    def _check(self, check: Check, machine: str) -> tuple[Environment | None, Result]:
        left = self.deadline - time.monotonic()
        if left < check.cost_s:
            return None, result_of(check, self.request, machine, short(left, check.cost_s))
        folder = self.bench.folder / f"together-{check.way}"
        folder.mkdir()
        return carried_out(check, self.request, machine, self.bench.setup, folder)

    def _progress(self, message: str) -> Progress:
        return Progress(self.done, len(self.planned), message)


def short(left: float, needed: float) -> Refused:
    """There is not time enough left."""
    reason = f"{max(0.0, left):.0f} s of the budget were left, it needs {needed:.0f} s"
    return Refused("not_run", reason)


@cache
def reference(model: str, seed: int) -> Array:
    """What must come out of the rows that are compared."""
    chosen = model_of(model)
    return chosen.reference(chosen.rows(ROWS, seed), seed)

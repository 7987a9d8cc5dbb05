"""A run of somebody's own model: checked first, then tried on every path of its frameworks."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from framework_probes.deployment import own
from framework_probes.deployment.catalogue import BUDGET_S
from framework_probes.deployment.models import ROWS
from framework_probes.deployment.paths import declared
from framework_probes.deployment.planning import Trial
from framework_probes.deployment.session import carry_out
from framework_probes.mine.definition import probe_id
from framework_probes.mine.measuring import SUITE, InvalidFile
from framework_probes.mine.source import BadFile
from framework_probes.planning import InvalidRequest
from framework_probes.results import Event, Framework, OwnFile, RunRequest
from framework_probes.seats import Setup


@dataclass(frozen=True, slots=True)
class Exports:
    """The exports of a file's model: what is to be tried.

    Attributes:
        frameworks: those that the file builds it in, or fewer.
        budget_s: seconds for all of it.
    """

    model: own.OwnModel
    frameworks: tuple[Framework, ...]
    budget_s: float
    seed: int

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every path of these frameworks that is meant for any model."""
        ways = declared().ways.values()
        path = str(self.model.source.path)
        chosen = (way for way in ways if not way.models and way.framework in self.frameworks)
        return tuple(Trial(way, path) for way in chosen)

    def request(self, run: str) -> RunRequest:
        """As it is kept with the run: of the suite ``mine``, which decides nothing."""
        source = self.model.source
        return RunRequest(
            run=run,
            suite=SUITE,
            frameworks=self.frameworks,
            probes=(probe_id(source.path),),
            budget_s=self.budget_s,
            seed=self.seed,
            own=OwnFile(source.name, source.sha256, ("compiled",), thorough=False),
        )


def look(
    file: Path,
    frameworks: tuple[str, ...] | None = None,
    budget_s: float | None = None,
    seed: int = 0,
) -> Exports:
    """Execute the file without a framework, and compute its reference once.

    Raises:
        InvalidRequest: the file or an option is not what it must be, in one line.
    """
    try:
        model = own.read(file.resolve())
        model.reference(model.rows(ROWS, seed), seed)
    except BadFile as error:
        raise InvalidFile(str(error)) from None
    for framework in frameworks or ():
        if framework not in model.frameworks:
            expected = f"one of those that {file.name} has: {', '.join(model.frameworks)}"
            raise InvalidRequest("frameworks", framework, expected)
    if budget_s is not None and not 0 < budget_s < float("inf"):
        raise InvalidRequest("budget_s", budget_s, "seconds above 0")
    wanted = tuple(f for f in model.frameworks if frameworks is None or f in frameworks)
    return Exports(model, wanted, BUDGET_S if budget_s is None else budget_s, seed)


def export(exports: Exports, run: str, setup: Setup) -> Generator[Event, None, None]:
    """Try them all, as events. Closing it ends every process."""
    return carry_out(exports.request(run), exports.trials, setup)

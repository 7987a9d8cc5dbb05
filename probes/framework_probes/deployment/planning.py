"""From a request to the paths and models that are tried, in order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from framework_probes.deployment import SUITE
from framework_probes.deployment.catalogue import BUDGET_S, NAMES, ONE_PATH, PROBES, ways_of
from framework_probes.deployment.models import MODELS
from framework_probes.deployment.paths import Way
from framework_probes.distributed.catalogue import CHECKS, Check
from framework_probes.mine.definition import probe_id
from framework_probes.planning import InvalidRequest
from framework_probes.results import Contender, Framework, RunRequest


@dataclass(frozen=True, slots=True)
class Trial:
    """One path with one model: one result. ``name``: by which a request asks for it alone.

    ``model``: a reference model's name, or the path of somebody's own file.
    """

    way: Way
    model: str

    @property
    def probe(self) -> str:
        """As results name it."""
        return f"{SUITE}.{self.model}" if self.model in MODELS else probe_id(Path(self.model))

    @property
    def name(self) -> str:
        """As requests name it."""
        return f"{self.probe}{ONE_PATH}{self.way.id}"

    @property
    def key(self) -> tuple[str, Contender]:
        """By which its result is known."""
        return self.probe, self.contender

    @property
    def contender(self) -> Contender:
        """As results name who did it."""
        return self.way.contender


def trials(request: RunRequest) -> tuple[Trial | Check, ...]:
    """Everything that a request comes to: path by path, each with its models; then the checks.

    Raises:
        InvalidRequest: a framework, probe, device or budget that does not exist here.
    """
    if request.device != "cpu":
        raise InvalidRequest("device", request.device, f"cpu: {SUITE} runs on the processor")
    _each_of("frameworks", request.frameworks, get_args(Framework))
    _each_of("probes", request.probes, NAMES)
    if request.budget_s is not None and not 0 < request.budget_s < float("inf"):
        raise InvalidRequest("budget_s", request.budget_s, "seconds above 0")
    models = [probe.removeprefix(f"{SUITE}.") for probe in PROBES]
    ways = {way.id: way for model in models for way in ways_of(model)}
    found = (Trial(w, m) for w in ways.values() for m in models if not w.models or m in w.models)
    every: tuple[Trial | Check, ...] = (*found, *CHECKS)
    return tuple(trial for trial in every if _asked(trial, request))


def budget_s(request: RunRequest) -> float:
    """Seconds for all of it."""
    return BUDGET_S if request.budget_s is None else request.budget_s


def _asked(trial: Trial | Check, request: RunRequest) -> bool:
    framework = trial.contender.framework
    if request.frameworks is not None and framework not in request.frameworks:
        return False
    return request.probes is None or bool({trial.probe, trial.name} & set(request.probes))


def _each_of(field: str, asked: tuple[str, ...] | None, known: tuple[str, ...]) -> None:
    if asked is not None and not asked:
        raise InvalidRequest(field, asked, "at least one, or none given for all of the suite")
    for each in asked or ():
        if each not in known:
            shown = ", ".join(name for name in known if ONE_PATH not in name)
            raise InvalidRequest(field, each, f"one of {shown}{_paths(field)}")


def _paths(field: str) -> str:
    return f", or one of their paths behind a '{ONE_PATH}'" if field == "probes" else ""

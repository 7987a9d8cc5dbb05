"""Every call of the service: what is sent, and what the answer is."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel

from framework_advisor.api.comparisons import RunComparison
from framework_advisor.api.schemas import (
    CurrentHost,
    KnowledgeSummary,
    ProbeCatalogue,
    ProbeRun,
    ProbeRunList,
    ProbeRunResults,
    RecommendationList,
    Replay,
)
from framework_advisor.client.answers import parsed
from framework_advisor.deployment_matrix import DeploymentMatrix
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.runs.exported import MEDIA_TYPE as EXPORT
from framework_advisor.runs.request import ProbeRunRequest

Value = TypeVar("Value")
RECOMMENDATIONS, RUNS = "/v1/recommendations", "/v1/probe-runs"
#: A profile, or what one is made of; the service says what is wrong with it.
GivenProfile = Profile | Mapping[str, Any]
GivenRun = ProbeRunRequest | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call(Generic[Value]):
    """One request, and how its answer is read."""

    method: str
    path: str
    read: Callable[[httpx.Response], Value]
    body: bytes | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    #: Sent with every attempt, so that the service does it once.
    once: str | None = None
    #: The service recognises what it has, so that sending it again does nothing.
    known_again: bool = False
    #: The form in which the answer is wanted, where there are several.
    accept: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What is sent beside the body."""
        kind = {"Content-Type": "application/json"} if self.body else {}
        wanted = {"Accept": self.accept} if self.accept else {}
        return kind | wanted | ({"Idempotency-Key": self.once} if self.once else {})

    @property
    def repeatable(self) -> bool:
        """Whether it does no harm to send it again when nobody knows whether it arrived."""
        return self.method == "GET" or self.once is not None or self.known_again


def recommend(profile: GivenProfile, *, keep: bool) -> Call[Recommendation]:
    """Decide."""
    body = _body(profile)
    if keep:
        return Call("POST", RECOMMENDATIONS, _as(Recommendation), body, once=_new_key())
    return Call("POST", RECOMMENDATIONS, _as(Recommendation), body, {"store": "false"})


def recommendation(id_: str) -> Call[Recommendation]:
    """One that was given."""
    return Call("GET", _at(RECOMMENDATIONS, id_), _as(Recommendation))


def recommendations(limit: int, cursor: int | None) -> Call[RecommendationList]:
    """A page of those that were given."""
    return Call("GET", RECOMMENDATIONS, _as(RecommendationList), None, _page(limit, cursor))


def record(id_: str) -> Call[str]:
    """The decision record."""
    return Call("GET", _at(RECOMMENDATIONS, id_, "record"), lambda answer: answer.text)


def replay(id_: str, as_of: date | None) -> Call[Replay]:
    """Decide again."""
    body = json.dumps({"as_of": as_of and as_of.isoformat()}).encode()
    return Call("POST", _at(RECOMMENDATIONS, id_, "replay"), _as(Replay), body)


def forget(id_: str) -> Call[None]:
    """Delete one."""
    return Call("DELETE", _at(RECOMMENDATIONS, id_), lambda _: None)


def knowledge() -> Call[KnowledgeSummary]:
    """What the service decides with."""
    return Call("GET", "/v1/knowledge", _as(KnowledgeSummary))


def probes() -> Call[ProbeCatalogue]:
    """What can be measured."""
    return Call("GET", "/v1/probes", _as(ProbeCatalogue))


def current_host() -> Call[CurrentHost]:
    """Where the service runs."""
    return Call("GET", "/v1/hosts/current", _as(CurrentHost))


def deployment() -> Call[DeploymentMatrix]:
    """Which export runs where."""
    return Call("GET", "/v1/deployment", _as(DeploymentMatrix))


def start_run(request: GivenRun) -> Call[ProbeRun]:
    """Measure."""
    return Call("POST", RUNS, _as(ProbeRun), _body(request), once=_new_key())


def run(id_: str) -> Call[ProbeRun]:
    """How far one is."""
    return Call("GET", _at(RUNS, id_), _as(ProbeRun))


def runs(limit: int, cursor: int | None) -> Call[ProbeRunList]:
    """A page of runs."""
    return Call("GET", RUNS, _as(ProbeRunList), None, _page(limit, cursor))


def results(id_: str) -> Call[ProbeRunResults]:
    """What one measured."""
    return Call("GET", _at(RUNS, id_, "results"), _as(ProbeRunResults))


def export_run(id_: str) -> Call[bytes]:
    """One as a document that another service imports."""
    path = _at(RUNS, id_, "results")
    return Call("GET", path, lambda answer: answer.content, accept=EXPORT)


def import_run(document: bytes | str) -> Call[ProbeRun]:
    """Keep one that was measured elsewhere."""
    body = document.encode() if isinstance(document, str) else document
    return Call("POST", f"{RUNS}/import", _as(ProbeRun), body, known_again=True)


def compare_runs(id_: str, other: str) -> Call[RunComparison]:
    """Two beside each other."""
    return Call("GET", _at(RUNS, id_, "compare", quote(other, safe="")), _as(RunComparison))


def cancel_run(id_: str) -> Call[ProbeRun]:
    """End one."""
    return Call("DELETE", _at(RUNS, id_), _as(ProbeRun))


def resume_run(id_: str) -> Call[ProbeRun]:
    """Go on with one."""
    return Call("POST", _at(RUNS, id_, "resume"), _as(ProbeRun))


def events_of(id_: str) -> str:
    """Where a run can be followed."""
    return _at(RUNS, id_, "events")


def _new_key() -> str:
    return str(uuid.uuid4())


def _as(model: type[Any]) -> Callable[[httpx.Response], Any]:
    return lambda answer: parsed(model, answer)


def _at(base: str, id_: str, *rest: str) -> str:
    return "/".join((base, quote(id_, safe=""), *rest))


def _body(given: BaseModel | Mapping[str, Any]) -> bytes:
    if isinstance(given, BaseModel):
        return given.model_dump_json(by_alias=True, exclude_unset=True).encode()
    return json.dumps(dict(given)).encode()


def _page(limit: int, cursor: int | None) -> dict[str, str]:
    return {"limit": str(limit)} | ({} if cursor is None else {"cursor": str(cursor)})

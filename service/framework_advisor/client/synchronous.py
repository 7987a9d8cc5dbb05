"""The client with blocking calls. What is sent and retried is decided in ``core``."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

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
from framework_advisor.client import calls
from framework_advisor.client.calls import Call, GivenProfile, GivenRun
from framework_advisor.client.core import (
    Listen,
    OnEvent,
    Script,
    Send,
    Step,
    Wait,
    answered,
    run_ended,
)
from framework_advisor.client.retries import Retries
from framework_advisor.deployment_matrix import DeploymentMatrix
from framework_advisor.recommendation import Recommendation

Value = TypeVar("Value")


class AdvisorClient:
    """Calls a service. Methods raise what the library raises: ``InvalidInput``, ``NotFound``.

    Args:
        url: where the service is, ``http://127.0.0.1:8000``.
        key: API key, where it needs one.
        timeout_s: how long to wait for a part of an answer, seconds.
        retries: when to try again.
        transport: how to reach it, where that is not the network as it is.
        sleep: how to wait.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        timeout_s: float = 60.0,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._retries = retries or Retries()
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"} if key else None,
            timeout=timeout_s,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def recommend(self, profile: GivenProfile, *, keep: bool = True) -> Recommendation:
        """Decide; ``keep=False`` for a what-if of which nothing is kept."""
        return self._answer(calls.recommend(profile, keep=keep))

    def recommendation(self, id_: str) -> Recommendation:
        """One that was given."""
        return self._answer(calls.recommendation(id_))

    def recommendations(self, limit: int = 20, cursor: int | None = None) -> RecommendationList:
        """Those that were given, newest first."""
        return self._answer(calls.recommendations(limit, cursor))

    def record(self, id_: str) -> str:
        """The decision record, Markdown."""
        return self._answer(calls.record(id_))

    def replay(self, id_: str, as_of: date | None = None) -> Replay:
        """Decide again, with the knowledge of today or of that day."""
        return self._answer(calls.replay(id_, as_of))

    def forget(self, id_: str) -> None:
        """Delete one."""
        return self._answer(calls.forget(id_))

    def knowledge(self) -> KnowledgeSummary:
        """What the service decides with."""
        return self._answer(calls.knowledge())

    def probes(self) -> ProbeCatalogue:
        """What can be measured."""
        return self._answer(calls.probes())

    def current_host(self) -> CurrentHost:
        """The host that the service runs on."""
        return self._answer(calls.current_host())

    def deployment(self) -> DeploymentMatrix:
        """What came of every export in its target's runtime when it was tried last."""
        return self._answer(calls.deployment())

    def start_run(self, request: GivenRun) -> ProbeRun:
        """Queue a probe run."""
        return self._answer(calls.start_run(request))

    def run(self, id_: str) -> ProbeRun:
        """How far a run is."""
        return self._answer(calls.run(id_))

    def runs(self, limit: int = 20, cursor: int | None = None) -> ProbeRunList:
        """The runs, newest first."""
        return self._answer(calls.runs(limit, cursor))

    def results(self, id_: str) -> ProbeRunResults:
        """All that a run has measured so far."""
        return self._answer(calls.results(id_))

    def export_run(self, id_: str) -> bytes:
        """A run that has ended, as one document that another machine imports."""
        return self._answer(calls.export_run(id_))

    def import_run(self, document: bytes | str) -> ProbeRun:
        """Keep a run that was measured elsewhere; one that is known is found again."""
        return self._answer(calls.import_run(document))

    def compare_runs(self, id_: str, other: str) -> RunComparison:
        """A run beside another, probe by probe; ratios are time in ``other`` over time in it."""
        return self._answer(calls.compare_runs(id_, other))

    def cancel_run(self, id_: str) -> ProbeRun:
        """End a run; what it has finished is kept."""
        return self._answer(calls.cancel_run(id_))

    def resume_run(self, id_: str) -> ProbeRun:
        """Go on with a run that was stopped; what it has finished is not measured again."""
        return self._answer(calls.resume_run(id_))

    def wait_for_run(
        self, id_: str, on_event: OnEvent | None = None, timeout_s: float | None = None
    ) -> ProbeRun:
        """The run once it has ended; ``on_event`` hears each event once, as it happens.

        Raises:
            TimeoutError: it has not ended within ``timeout_s``, to some 15 s; it goes on.
        """
        return self._play(run_ended(id_, self._retries, on_event, timeout_s))

    def _answer(self, call: Call[Value]) -> Value:
        return self._play(answered(call, self._retries))

    def _play(self, script: Script[Value]) -> Value:
        came: Any = None
        while True:
            try:
                step = script.send(came)
            except StopIteration as end:
                value: Value = end.value
                return value
            came = self._do(step)

    def _do(self, step: Step) -> Any:
        try:
            match step:
                case Send(call=call):
                    return self._http.request(
                        call.method,
                        call.path,
                        params=call.params,
                        content=call.body,
                        headers=call.headers,
                    )
                case Listen():
                    self._listen(step)
                case Wait(seconds=seconds):
                    self._sleep(seconds)
        except httpx.TransportError as error:
            return error

    def _listen(self, listen: Listen) -> None:
        listen.begin()
        with self._http.stream("GET", listen.path, headers=listen.headers) as answer:
            if answer.status_code == httpx.codes.OK:
                for line in answer.iter_lines():
                    if listen.line(line):
                        return

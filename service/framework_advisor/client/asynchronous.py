"""The client with ``await``. What is sent and retried is decided in ``core``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
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


class AsyncAdvisorClient:
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
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._retries = retries or Retries()
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"} if key else None,
            timeout=timeout_s,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def recommend(self, profile: GivenProfile, *, keep: bool = True) -> Recommendation:
        """Decide; ``keep=False`` for a what-if of which nothing is kept."""
        return await self._answer(calls.recommend(profile, keep=keep))

    async def recommendation(self, id_: str) -> Recommendation:
        """One that was given."""
        return await self._answer(calls.recommendation(id_))

    async def recommendations(
        self, limit: int = 20, cursor: int | None = None
    ) -> RecommendationList:
        """Those that were given, newest first."""
        return await self._answer(calls.recommendations(limit, cursor))

    async def record(self, id_: str) -> str:
        """The decision record, Markdown."""
        return await self._answer(calls.record(id_))

    async def replay(self, id_: str, as_of: date | None = None) -> Replay:
        """Decide again, with the knowledge of today or of that day."""
        return await self._answer(calls.replay(id_, as_of))

    async def forget(self, id_: str) -> None:
        """Delete one."""
        return await self._answer(calls.forget(id_))

    async def knowledge(self) -> KnowledgeSummary:
        """What the service decides with."""
        return await self._answer(calls.knowledge())

    async def probes(self) -> ProbeCatalogue:
        """What can be measured."""
        return await self._answer(calls.probes())

    async def current_host(self) -> CurrentHost:
        """The host that the service runs on."""
        return await self._answer(calls.current_host())

    async def deployment(self) -> DeploymentMatrix:
        """What came of every export in its target's runtime when it was tried last."""
        return await self._answer(calls.deployment())

    async def start_run(self, request: GivenRun) -> ProbeRun:
        """Queue a probe run."""
        return await self._answer(calls.start_run(request))

    async def run(self, id_: str) -> ProbeRun:
        """How far a run is."""
        return await self._answer(calls.run(id_))

    async def runs(self, limit: int = 20, cursor: int | None = None) -> ProbeRunList:
        """The runs, newest first."""
        return await self._answer(calls.runs(limit, cursor))

    async def results(self, id_: str) -> ProbeRunResults:
        """All that a run has measured so far."""
        return await self._answer(calls.results(id_))

    async def export_run(self, id_: str) -> bytes:
        """A run that has ended, as one document that another machine imports."""
        return await self._answer(calls.export_run(id_))

    async def import_run(self, document: bytes | str) -> ProbeRun:
        """Keep a run that was measured elsewhere; one that is known is found again."""
        return await self._answer(calls.import_run(document))

    async def compare_runs(self, id_: str, other: str) -> RunComparison:
        """A run beside another, probe by probe; ratios are time in ``other`` over time in it."""
        return await self._answer(calls.compare_runs(id_, other))

    async def cancel_run(self, id_: str) -> ProbeRun:
        """End a run; what it has finished is kept."""
        return await self._answer(calls.cancel_run(id_))

    async def resume_run(self, id_: str) -> ProbeRun:
        """Go on with a run that was stopped; what it has finished is not measured again."""
        return await self._answer(calls.resume_run(id_))

    async def wait_for_run(
        self, id_: str, on_event: OnEvent | None = None, timeout_s: float | None = None
    ) -> ProbeRun:
        """The run once it has ended; ``on_event`` hears each event once, as it happens.

        Raises:
            TimeoutError: it has not ended within ``timeout_s``, to some 15 s; it goes on.
        """
        return await self._play(run_ended(id_, self._retries, on_event, timeout_s))

    async def _answer(self, call: Call[Value]) -> Value:
        return await self._play(answered(call, self._retries))

    async def _play(self, script: Script[Value]) -> Value:
        came: Any = None
        while True:
            try:
                step = script.send(came)
            except StopIteration as end:
                value: Value = end.value
                return value
            came = await self._do(step)

    async def _do(self, step: Step) -> Any:
        try:
            match step:
                case Send(call=call):
                    return await self._http.request(
                        call.method,
                        call.path,
                        params=call.params,
                        content=call.body,
                        headers=call.headers,
                    )
                case Listen():
                    await self._listen(step)
                case Wait(seconds=seconds):
                    await self._sleep(seconds)
        except httpx.TransportError as error:
            return error

    async def _listen(self, listen: Listen) -> None:
        listen.begin()
        async with self._http.stream("GET", listen.path, headers=listen.headers) as answer:
            if answer.status_code == httpx.codes.OK:
                async for line in answer.aiter_lines():
                    if listen.line(line):
                        return

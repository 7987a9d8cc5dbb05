"""What the controllers work with, wired once by ``create_app``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from framework_advisor.advisor import Advisor
from framework_advisor.api.figures import Metrics
from framework_advisor.known import knowledge_with
from framework_advisor.measured import RecordedRun, measurements_from
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Decision, Identity, Recommendation
from framework_advisor.remembered import Answer, Memory, Worded, basis
from framework_advisor.runs.evidence import runs_for
from framework_advisor.runs.feed import Feed
from framework_advisor.runs.queue import RunQueue
from framework_advisor.store import Store
from framework_knowledge import Knowledge

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Services:
    """The store, the queue, what is told of runs, and the advisor over them."""

    store: Store
    queue: RunQueue
    feed: Feed
    metrics: Metrics
    #: Folders of knowledge that are laid over the packaged one.
    overlays: tuple[Path, ...] = ()
    #: Deciding is arithmetic under one lock of the interpreter: a second thread would add memory
    #: and no speed.
    decider: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="decide")
    )

    memory: Memory = field(default_factory=Memory)
    #: Runs from elsewhere are large, and gone through one at a time.
    importing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def knowledge(self) -> Knowledge:
        """What is known, read from the files once.

        Raises:
            KnowledgeError: a file is not fit for use.
        """
        return knowledge_with(self.overlays)

    async def recommend(self, profile: Profile) -> Recommendation:
        """Decide with today's knowledge and with the runs that the profile lets count.

        Raises:
            InvalidInput: the profile names evidence that is not there.
        """
        runs = await runs_for(profile, self.store, self.queue.host.id)
        decision = await self._in_its_thread(lambda: self._decide(profile, runs))
        self.metrics.decided(decision.verdict.status)
        return Recommendation.of(decision, Identity.new())

    async def answer(self, profile: Profile) -> Answer:
        """The same in words; a decision that is remembered is not made again.

        Raises:
            InvalidInput: the profile names evidence that is not there.
        """
        runs = await runs_for(profile, self.store, self.queue.host.id)
        rests_on = basis(profile, runs, datetime.now(UTC).date())
        worded = await self.memory.worded(
            rests_on,
            lambda: self._in_its_thread(lambda: Worded.of(self._decide(profile, runs))),
        )
        self.metrics.decided(worded.status)
        return Answer(Identity.new(), worded)

    def close(self) -> None:
        """Let the decision that is being made end, and make no more."""
        self.decider.shutdown(wait=True, cancel_futures=True)

    def _decide(self, profile: Profile, runs: tuple[RecordedRun, ...]) -> Decision:
        return Advisor(self.knowledge(), measurements_from(runs)).decide(profile)

    async def _in_its_thread(self, work: Callable[[], Made]) -> Made:
        return await asyncio.get_running_loop().run_in_executor(self.decider, work)


#: The services as a handler's argument.
Injected = NamedDependency[SkipValidation[Services]]

"""What the controllers work with, wired once by ``create_app``."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from framework_advisor.advisor import Advisor
from framework_advisor.known import knowledge_with
from framework_advisor.measured import RecordedRun, measurements_from
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.runs.evidence import runs_for
from framework_advisor.runs.feed import Feed
from framework_advisor.runs.queue import RunQueue
from framework_advisor.store import Store
from framework_knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Services:
    """The store, the queue, what is told of runs, and the advisor over them."""

    store: Store
    queue: RunQueue
    feed: Feed
    #: Folders of knowledge that are laid over the packaged one.
    overlays: tuple[Path, ...] = ()
    #: Deciding is arithmetic under one lock of the interpreter: a second thread would add memory
    #: and no speed.
    decider: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="decide")
    )

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
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.decider, self._decide, profile, runs)

    def close(self) -> None:
        """Let the decision that is being made end, and make no more."""
        self.decider.shutdown(wait=True, cancel_futures=True)

    def _decide(self, profile: Profile, runs: tuple[RecordedRun, ...]) -> Recommendation:
        return Advisor(self.knowledge(), measurements_from(runs)).recommend(profile)


#: The services as a handler's argument.
Injected = NamedDependency[SkipValidation[Services]]

"""What the controllers work with, wired once by ``create_app``."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from framework_advisor.advisor import Advisor
from framework_advisor.measured import RecordedRun, measurements_from
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.runs.evidence import runs_for
from framework_advisor.runs.queue import RunQueue
from framework_advisor.store import Store
from framework_knowledge import load


@dataclass(frozen=True, slots=True)
class Services:
    """The store, the queue, and the advisor over both."""

    store: Store
    queue: RunQueue
    #: Deciding is arithmetic under one lock of the interpreter: a second thread would add memory
    #: and no speed.
    decider: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="decide")
    )

    async def recommend(self, profile: Profile) -> Recommendation:
        """Decide with today's knowledge and with the runs that the profile lets count.

        Raises:
            InvalidInput: the profile names evidence that is not there.
        """
        runs = await runs_for(profile, self.store, self.queue.host.id)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.decider, _recommend, profile, runs)

    def close(self) -> None:
        """Let the decision that is being made end, and make no more."""
        self.decider.shutdown(wait=True, cancel_futures=True)


def _recommend(profile: Profile, runs: tuple[RecordedRun, ...]) -> Recommendation:
    return Advisor(load(), measurements_from(runs)).recommend(profile)


#: The services as a handler's argument.
Injected = NamedDependency[SkipValidation[Services]]

"""The one entry for embedders, the command line and HTTP alike."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from framework_advisor.decision import decide
from framework_advisor.decision.measurements import Measurements
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Decision, Identity, Recommendation
from framework_knowledge import Knowledge, load


class Advisor:
    """Decides in process: no web framework, no store, no deep-learning framework.

    Args:
        knowledge: what is known; the packaged knowledge where absent.
        measurements: what was measured; nothing where absent.
    """

    def __init__(
        self, knowledge: Knowledge | None = None, measurements: Measurements | None = None
    ) -> None:
        self.knowledge = knowledge if knowledge is not None else load()
        self.measurements = measurements if measurements is not None else Measurements()

    def recommend(self, profile: Profile) -> Recommendation:
        """The recommendation for a profile, as of today or of the day that the profile names."""
        return Recommendation.of(self.decide(profile), Identity.new())

    def decide(self, profile: Profile) -> Decision:
        """The same without an identity: all that depends on the profile, the day and the rest."""
        as_of = profile.evidence.as_of if profile.evidence else None
        return decide(
            profile,
            self.knowledge.snapshot(as_of or datetime.now(UTC).date()),
            self.measurements,
            engine_version=_version(),
        )


@cache
def _version() -> str:
    return version("framework-advisor")

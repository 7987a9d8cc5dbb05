"""The one entry for embedders, the command line and HTTP alike."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from uuid import uuid4

from framework_advisor.decision import decide
from framework_advisor.decision.measurements import Measurements
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Links, Recommendation
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
        self._version = version("framework-advisor")

    def recommend(self, profile: Profile) -> Recommendation:
        """The recommendation for a profile, as of today or of the day that the profile names."""
        now = datetime.now(UTC)
        as_of = profile.evidence.as_of if profile.evidence else None
        decision = decide(
            profile,
            self.knowledge.snapshot(as_of or now.date()),
            self.measurements,
            engine_version=self._version,
        )
        identity = f"rec_{uuid4().hex}"
        here = f"/v1/recommendations/{identity}"
        return Recommendation(
            **dict(decision),
            id=identity,
            created_at=now,
            links=Links(self=here, record=f"{here}/record", replay=f"{here}/replay"),
        )

"""A real decision record: an example's, with the newest kept run, as Markdown and as a page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from pathlib import Path

from framework_advisor import Advisor, Profile, Recommendation
from framework_advisor.measured import RecordedRun, measurements_from
from framework_advisor.recommendation import Identity, Links
from framework_advisor.report import html, markdown
from framework_knowledge import Knowledge
from pages.measured import KeptRun

EXAMPLE = Path(__file__).parents[2] / "examples" / "cpu_vision_service.json"


def record(knowledge: Knowledge, run: KeptRun) -> dict[str, str]:
    """The record by its file names; its day is that of the knowledge's last check."""
    asked = json.loads(EXAMPLE.read_bytes())
    asked["evidence"] = {"as_of": str(knowledge.checked_on), "probe_run": run.run}
    measured = RecordedRun(
        id=run.run,
        host=run.host,
        finished_at=datetime.fromisoformat(run.measured_on).replace(tzinfo=UTC),
        results=run.results,
        pairs=run.pairs,
        environments=run.environments,
    )
    decision = Advisor(knowledge, measurements_from([measured])).decide(
        Profile.model_validate(asked)
    )
    here = "/v1/recommendations/rec_example"
    identity = Identity(
        id="rec_example",
        created_at=datetime.combine(knowledge.checked_on, time(), UTC),
        links=Links(self=here, record=f"{here}/record", replay=f"{here}/replay"),
    )
    text = markdown(Recommendation.of(decision, identity))
    return {"record.md": text, "record.html": html(text)}

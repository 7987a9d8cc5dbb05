"""Recommendations as the store takes them."""

from __future__ import annotations

from framework_advisor.recommendation import Recommendation
from framework_advisor.runs.records import Given


def filed(recommendation: Recommendation) -> tuple[Given, str]:
    """What a list says of it, and the whole of it as JSON."""
    verdict = recommendation.verdict
    given = Given(
        id=recommendation.id,
        created_at=recommendation.created_at,
        name=recommendation.profile.name,
        status=verdict.status,
        framework=verdict.framework,
        p_best=verdict.p_best,
    )
    return given, recommendation.model_dump_json()

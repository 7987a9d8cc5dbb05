"""Recommendations as the store takes them."""

from __future__ import annotations

from framework_advisor.recommendation import Decision, Identity, Recommendation
from framework_advisor.remembered import Answer, Worded


def filed(recommendation: Recommendation) -> Answer:
    """What was decided, and the identity under which it was given."""
    whole = dict(recommendation)
    identity, decision = (
        {name: whole[name] for name in model.model_fields} for model in (Identity, Decision)
    )
    return Answer(Identity(**identity), Worded.of(Decision(**decision)))

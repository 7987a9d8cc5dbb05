"""Deciding again: the profile to decide with, and what came out differently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import ValidationError

from framework_advisor.api.parsing import invalid
from framework_advisor.api.schemas import ReplayRequest
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.replaying import differing
from framework_advisor.validation import field_errors


def parse_replay(body: bytes) -> ReplayRequest:
    """The request in a JSON text; an empty body asks for today.

    Raises:
        InvalidInput: not JSON, or a field that breaks the contract.
    """
    try:
        return ReplayRequest.model_validate_json(body) if body else ReplayRequest()
    except ValidationError as error:
        raise invalid(error, ReplayRequest) from None


def profile_on(profile: Profile, as_of: date | None) -> Profile:
    """The same profile, to be decided with the knowledge of that day, None for today.

    Raises:
        InvalidInput: no knowledge can be asked for of that day.
    """
    content = profile.model_dump(mode="json", exclude_unset=True)
    content["evidence"] = {**(content.get("evidence") or {}), "as_of": as_of and str(as_of)}
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        raise InvalidInput(
            tuple(
                FieldError(e.pointer.removeprefix("/evidence"), e.detail, e.expected)
                for e in field_errors(error.errors())
            )
        ) from None


def changes(before: Recommendation, after: Recommendation) -> tuple[str, ...]:
    """What differs, one line each; empty where the answer is the same on the same evidence."""
    return tuple(_changes(before, after))


def _changes(before: Recommendation, after: Recommendation) -> Iterator[str]:
    for what, old, new in (
        ("pick", before.verdict.framework, after.verdict.framework),
        ("status", before.verdict.status, after.verdict.status),
        ("runner-up", before.verdict.runner_up, after.verdict.runner_up),
        ("p_best", _rounded(before.verdict.p_best), _rounded(after.verdict.p_best)),
        ("ranking", _order(before), _order(after)),
        ("knowledge", before.knowledge.version, after.knowledge.version),
        ("knowledge as of", before.knowledge.as_of, after.knowledge.as_of),
        ("knowledge content", before.knowledge.sha256[:12], after.knowledge.sha256[:12]),
        ("engine", before.engine.version, after.engine.version),
        ("probe runs", _runs(before), _runs(after)),
    ):
        if old != new:
            yield f"{what}: {'none' if old is None else old} → {'none' if new is None else new}"
    yield from _excluded(before, after)
    yield from _evidence(before, after)


def _excluded(before: Recommendation, after: Recommendation) -> Iterator[str]:
    old = {(e.stack or e.framework, e.requirement) for e in before.excluded}
    new = {(e.stack or e.framework, e.requirement) for e in after.excluded}
    yield from (f"now ruled out: {who} by {what}" for who, what in sorted(new - old))
    yield from (f"no longer ruled out: {who} by {what}" for who, what in sorted(old - new))


def _evidence(before: Recommendation, after: Recommendation) -> Iterator[str]:
    old, new = before.evidence, after.evidence
    yield from (f"new evidence {id_}: {new[id_].statement}" for id_ in sorted(new.keys() - old))
    yield from (f"evidence gone {id_}: {old[id_].statement}" for id_ in sorted(old.keys() - new))
    yield from (f"evidence changed {id_}: {fields}" for id_, fields in differing(old, new))


def _rounded(figure: float | None) -> str | None:
    return None if figure is None else f"{figure:.2f}"


def _order(recommendation: Recommendation) -> str:
    return " > ".join(row.framework for row in recommendation.ranking) or "nothing feasible"


def _runs(recommendation: Recommendation) -> str:
    return ", ".join(sorted({m.run for m in recommendation.measurements})) or "none"

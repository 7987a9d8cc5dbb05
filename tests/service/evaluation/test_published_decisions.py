"""The cases: real, sourced, and no knowledge that an answer could rest on."""

from pathlib import Path

import pytest

from framework_advisor.errors import InvalidInput
from framework_advisor.evaluation.answers import cases
from framework_knowledge import KnowledgeError, load
from framework_knowledge.published_decisions import PublishedDecision, published_decisions

KNOWLEDGE = load()
CASES = cases(KNOWLEDGE)


def test_both_samples_are_there() -> None:
    samples = [case.decision.sample for case in CASES]
    assert (samples.count("first"), samples.count("second")) == (48, 38)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.decision.id)
def test_a_case_has_a_source_and_asks_for_its_day(case) -> None:  # type: ignore[no-untyped-def]
    decision = case.decision
    assert decision.source
    assert decision.reasons
    assert decision.id.endswith(str(decision.as_of.year))
    assert case.profile.evidence is not None
    assert case.profile.evidence.as_of == decision.as_of
    assert case.profile.evidence.probe_run is None
    on_that_day = {claim.id for claim in KNOWLEDGE.snapshot(decision.as_of).claims}
    assert set(decision.about) <= on_that_day


def test_no_snapshot_holds_a_decision() -> None:
    text = load().snapshot(load().checked_on).model_dump_json()
    assert not [d.id for d in published_decisions() if f'"{d.id}"' in text]


def write(folder: Path, text: str) -> Path:
    (folder / "decisions").mkdir()
    (folder / "decisions" / "some.yaml").write_text(text)
    return folder


ENTRY = """
  - {id: a-2020, sample: first, as_of: 2020-07-01, profile: {stage: research}, chosen: jax,
     reasons: so, source: here}
"""


def test_a_decision_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="'a-2020' is used twice"):
        published_decisions(write(tmp_path, f"decisions:{ENTRY}{ENTRY}"))


def test_a_profile_that_is_none_names_its_decision(tmp_path: Path) -> None:
    (found,) = published_decisions(write(tmp_path, f"decisions:{ENTRY}"))
    wrong = PublishedDecision.model_validate({**found.model_dump(), "profile": {"stage": "play"}})
    with pytest.raises(InvalidInput) as told:
        cases(KNOWLEDGE, [wrong])
    assert told.value.errors[0].pointer.startswith("/a-2020/profile/stage")


def test_a_claim_about_the_project_must_exist(tmp_path: Path) -> None:
    (found,) = published_decisions(write(tmp_path, f"decisions:{ENTRY}"))
    wrong = PublishedDecision.model_validate({**found.model_dump(), "about": ["no_such"]})
    with pytest.raises(InvalidInput) as told:
        cases(KNOWLEDGE, [wrong])
    assert told.value.errors[0].pointer == "/a-2020/about"


def test_nothing_cannot_be_judged_by() -> None:
    with pytest.raises(InvalidInput):
        cases(KNOWLEDGE, [])

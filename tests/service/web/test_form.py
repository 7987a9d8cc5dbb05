"""The form: it asks for every field, and what it sends is the profile that it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from framework_advisor.errors import InvalidInput
from framework_advisor.profile import Profile, parse_profile
from framework_advisor.web.views.examples import EXAMPLES
from framework_advisor.web.views.fields import profile_fields
from framework_advisor.web.views.form import form
from framework_advisor.web.views.questions import GROUPS
from framework_advisor.web.views.sending import profile_json, sent_of

EVERYTHING: dict[str, Any] = {
    "name": "all of it",
    "description": "every kind of field",
    "stage": ["research", "production"],
    "workload": {
        "family": "llm",
        "phases": ["training"],
        "dynamic_shapes": False,
        "model": {"parameters": 8_000_000_000, "image": [28, 28, 1], "dtype": "int8"},
    },
    "scale": {"requests_per_second": 0.5},
    "platform": {"python": "3.12"},
    "targets": ["android", {"kind": "browser", "required": False}],
    "team": {"skills": {"jax": 0.25}},
    "preferences": {"ranking": ["security", "debugging"], "swings": {"deployment": 0.0}},
    "evidence": {"probe_run": None, "as_of": "2024-01-31", "hosts": ["host_a", "host_b"]},
    "seed": 3,
}


def test_every_field_of_the_profile_is_asked_for_once() -> None:
    asked = [question.pointer for group in GROUPS for question in group.questions]
    assert sorted(asked) == sorted(field.pointer for field in profile_fields())


@pytest.mark.parametrize(
    "given", [*EXAMPLES.values(), EVERYTHING, {"stage": "research", "targets": []}]
)
def test_a_profile_goes_into_the_form_and_comes_out_the_same(given: dict[str, Any]) -> None:
    before, after = Profile.model_validate(given), parse_profile(profile_json(sent_of(given)))
    assert after == before


def test_an_empty_form_lacks_the_stage_alone() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_profile(profile_json({}))
    assert [error.pointer for error in refused.value.errors] == ["/stage"]


@pytest.mark.parametrize(
    ("sent", "question"),
    [
        ({"/scale/p99_ms": ["soon"]}, "/scale/p99_ms"),
        ({"/workload/model/image/1": ["28"]}, "/workload/model/image"),
        ({"/team/skills/jax": ["7"]}, "/team/skills"),
        ({"/platform/accelerators": ["none", "tpu"]}, "/platform/accelerators"),
        ({"/preferences/ranking/0": ["security"], "/preferences/ranking/1": ["security"]},
         "/preferences/ranking"),
        ({"/evidence/as_of": ["yesterday"]}, "/evidence/as_of"),
        ({"/workload/family": ["poem"]}, "/workload/family"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_question_and_opens_its_group(
    sent: dict[str, list[str]], question: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_profile(profile_json({"/stage": ["research"], **sent}))
    shown = form(sent, refused.value.errors)
    assert [asked.question.pointer for asked in shown.wrong] == [question]
    assert [asked.first for asked in shown.wrong] == [True]
    assert all(section.open for section in shown.sections if set(shown.wrong) & set(section.asked))
    assert shown.elsewhere == ()


def test_a_long_ranking_has_a_place_for_each() -> None:
    ranking = ["security", "debugging", "longevity", "deployment", "flexibility", "team_fit"]
    sent = sent_of({"stage": "research", "preferences": {"ranking": ranking}})
    assert json.loads(profile_json(sent))["preferences"]["ranking"] == ranking
    (asked,) = (
        each
        for section in form(sent).sections
        for each in section.asked
        if each.question.pointer == "/preferences/ranking"
    )
    assert [next(o.value for o in each.options if o.chosen) for each in asked.inputs] == ranking

"""What a profile accepts, and how it says what is wrong."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from framework_advisor import InvalidInput, Profile, parse_profile


def pointers(body: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        parse_profile(body if isinstance(body, str | bytes) else json.dumps(body))
    return {e.pointer: f"{e.detail} | {e.expected}" for e in caught.value.errors}


def test_only_the_stage_is_required() -> None:
    assert parse_profile('{"stage": "research"}').stages == ("research",)
    assert "missing" in pointers({})["/stage"]


def test_several_stages_are_one_choice_for_all() -> None:
    assert parse_profile('{"stage": ["research", "production"]}').stages == (
        "research",
        "production",
    )


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"stage": "research", "colour": 1}, "/colour", "unknown"),
        ({"stage": "research", "workload": {"famly": "cnn"}}, "/workload/famly", "unknown"),
        ({"stage": "hobby"}, "/stage", "'research'"),
        ({"stage": []}, "/stage", "at least 1"),
        ({"stage": ["research", "research"]}, "/stage", "once"),
        ({"stage": "research", "targets": ["moon"]}, "/targets/0", "'browser'"),
        ({"stage": "research", "targets": [{"kind": "moon"}]}, "/targets/0/kind", "'browser'"),
        ({"stage": "research", "candidates": []}, "/candidates", "at least 1"),
        (
            {"stage": "research", "team": {"skills": {"torch": 1}}},
            "/team/skills/torch",
            "'pytorch'",
        ),
        ({"stage": "research", "team": {"skills": {"jax": 2}}}, "/team/skills/jax", "equal to 1"),
        ({"stage": "research", "seed": "1"}, "/seed", "integer"),
        ({"stage": "research", "seed": True}, "/seed", "integer"),
        ({"stage": "research", "platform": {"python": "2.7"}}, "/platform/python", "such as 3.12"),
        ({"stage": "research", "evidence": {"as_of": 5}}, "/evidence/as_of", "YYYY-MM-DD"),
        ({"stage": "research", "evidence": {"as_of": "9"}}, "/evidence/as_of", "YYYY-MM-DD"),
        ({"stage": "research", "name": "x" * 201}, "/name", "at most 200 characters"),
        ('{"stage": "research", "scale": {"p99_ms": Infinity}}', "/scale/p99_ms", "finite"),
        ([], "", "object"),
        ("{", "", "not JSON"),
        (b"\xff\xfe{}", "", "not JSON"),
    ],
)
def test_each_bad_field_is_named_with_what_was_expected(
    body: object, pointer: str, says: str
) -> None:
    found = pointers(body)
    assert list(found) == [pointer]
    assert says in found[pointer]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"must_use": ["jax"], "must_not_use": ["jax"]}, {"/must_use", "/must_not_use"}),
        ({"must_use": ["jax"], "candidates": ["keras"]}, {"/must_use", "/candidates"}),
        (
            {"must_not_use": ["pytorch", "tensorflow", "keras", "jax"]},
            {"/must_not_use"},
        ),
        (
            {"candidates": ["jax"], "must_not_use": ["jax"]},
            {"/candidates", "/must_not_use"},
        ),
        ({"platform": {"accelerators": ["none", "tpu"]}}, {"/platform/accelerators"}),
        (
            {"targets": ["browser", {"kind": "browser", "required": False}]},
            {"/targets/0", "/targets/1"},
        ),
        ({"evidence": {"as_of": "2016-12-31"}}, {"/evidence/as_of"}),
    ],
)
def test_fields_that_contradict_each_other_are_both_named(
    fields: dict[str, object], expected: set[str]
) -> None:
    assert set(pointers({"stage": "research"} | fields)) == expected


def test_a_day_in_the_future_is_refused() -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    found = pointers({"stage": "research", "evidence": {"as_of": str(tomorrow)}})
    assert set(found) == {"/evidence/as_of"}


def test_all_swings_zero_leave_nothing_to_decide_by() -> None:
    from framework_advisor.decision.weights import CRITERIA

    body = {"stage": "research", "preferences": {"swings": dict.fromkeys(CRITERIA, 0)}}
    assert set(pointers(body)) == {"/preferences/swings"}


def test_from_python_lists_and_dicts_do() -> None:
    profile = Profile(stage="research", targets=["browser"], workload={"family": "cnn"})
    assert profile.targets == ("browser",)


def test_a_profile_survives_being_stored() -> None:
    profile = parse_profile(
        '{"stage": "research", "targets": [{"kind": "ios", "required": false}]}'
    )
    assert parse_profile(profile.model_dump_json()) == profile

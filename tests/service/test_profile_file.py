"""Profiles in files: what is written can be read, and what is wrong is told with its place."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework_advisor import InvalidInput, Profile
from framework_advisor.profile_file import read_profile, write_profile

FRAMEWORKS = st.sampled_from(["pytorch", "tensorflow", "keras", "jax"])
OPTIONAL = {
    "name": st.text(st.characters(codec="utf-8"), max_size=50),
    "targets": st.lists(st.sampled_from(["android", "browser", "server_cpu"]), unique=True),
    "workload": st.fixed_dictionaries(
        {},
        optional={
            "family": st.sampled_from(["cnn", "llm", "other"]),
            "phases": st.lists(st.sampled_from(["training", "inference"]), unique=True),
            "custom_research_code": st.booleans(),
            "model": st.fixed_dictionaries({}, optional={"batch": st.integers(1, 10**9)}),
        },
    ),
    "platform": st.fixed_dictionaries({}, optional={"python": st.sampled_from(["3.9", "3.10"])}),
    "team": st.fixed_dictionaries(
        {},
        optional={
            "skills": st.dictionaries(FRAMEWORKS, st.floats(0, 1)),
            "pretrained": st.booleans(),
        },
    ),
    "evidence": st.fixed_dictionaries({}, optional={"as_of": st.just("2026-01-02")}),
    "seed": st.integers(0, 2**63),
}
STAGES = st.sampled_from(["research", "production", ["research", "education"]])
PROFILES = st.fixed_dictionaries({"stage": STAGES}, optional=OPTIONAL)


@settings(deadline=None)
@given(PROFILES, st.sampled_from(["p.yaml", "p.yml", "p.json", "-"]))
def test_what_is_written_is_read_as_it_was_meant(fields: dict[str, object], name: str) -> None:
    read = read_profile(write_profile(fields, name).encode(), name)
    assert read == Profile.model_validate_json(json.dumps(fields))


def _pointers(schema: dict[str, object], part: dict[str, object]) -> set[str]:
    found = set()
    for name, field in part["properties"].items():
        found.add(name)
        reference = re.search(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(field))
        if reference and "properties" in schema["$defs"][reference[1]] and name != "targets":
            found |= _pointers(schema, schema["$defs"][reference[1]])
    return found


def test_every_field_of_the_model_is_explained_with_its_values() -> None:
    text = write_profile({"stage": "production"}, "p.yaml")
    schema = Profile.model_json_schema()
    assert set(re.findall(r"^ *#?([a-z0-9_]+):", text, re.MULTILINE)) == _pointers(schema, schema)
    for values in re.findall(r'"enum": \[(.*?)\]', json.dumps(schema)):
        assert ", ".join(json.loads(f"[{values}]")) in " ".join(re.sub(r"\n *#", "", text).split())
    assert max(map(len, text.splitlines())) <= 100


def test_a_field_is_given_by_taking_its_mark_away() -> None:
    text = write_profile({"stage": "production"}, "p.yaml")
    text = text.replace("#workload:", "workload:").replace("#family:", "family: cnn")
    read = read_profile(text.encode(), "p.yaml")
    assert read.workload
    assert read.workload.family == "cnn"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("stage: proud\n", "p.yaml:1 /stage", "'research', 'prototype'"),
        ("stage: research\nworkload:\n  famly: cnn\n", "p.yaml:3 /workload/famly", "'family'"),
        ("stage: research\ntargets: [android, {kind: car}]\n", "p.yaml:2 /targets/1", ""),
        ("stage: [research\n", "p.yaml:2", "YAML"),
        ("stage: research\nstage: education\n", "p.yaml:2", "YAML"),
        ("stage: research\nname: &a x\ndescription: *a\n", "p.yaml", "plain values"),
        ("? [a]\n: b\n", "p.yaml:1", "YAML"),
        ("\xff", "p.yaml", "YAML"),
        ("- stage\n", "p.yaml:1", "an object"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, place: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_profile(text.encode("latin-1"), "p.yaml")
    (error,) = caught.value.errors
    assert error.pointer.startswith(place)
    assert said in error.expected


def test_a_version_of_python_needs_no_quotes_and_a_day_stays_a_day() -> None:
    text = "stage: research\nplatform: {python: 3.10}\nevidence: {as_of: 2026-01-02}\n"
    read = read_profile(text.encode(), "-")
    assert read.platform
    assert read.platform.python == "3.10"
    assert str(read.evidence and read.evidence.as_of) == "2026-01-02"

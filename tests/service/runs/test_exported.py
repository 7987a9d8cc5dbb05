"""Reading a run from elsewhere: one clear error for each mistake."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import measuring
from framework_advisor.errors import InvalidInput
from framework_advisor.runs.exported import ProbeRunExport, parse_export

EXPORT: dict[str, Any] = json.loads(measuring.export())


def altered(path: str, value: Any) -> bytes:
    """The document with another value there, and the checksum of what it then says."""
    document = copy.deepcopy(EXPORT)
    *before, last = [int(p) if p.isdecimal() else p for p in path.split("/")[1:]]
    place: Any = document
    for part in before:
        place = place[part]
    place[last] = value
    return measuring.signed(document)


def errors_of(body: bytes) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        parse_export(body)
    assert all(error.expected for error in caught.value.errors)
    return {error.pointer: error.detail for error in caught.value.errors}


def test_an_export_is_read_and_keeps_to_its_published_schema() -> None:
    read = parse_export(measuring.export().encode())
    assert read.export.run.id == "run_1"
    assert len(read.export.results) == 4
    schema = ProbeRunExport.model_json_schema(by_alias=True)
    assert list(Draft202012Validator(schema).iter_errors(EXPORT)) == []


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("/schema", "probe-run-export/2", "/schema"),
        ("/schema", 1, "/schema"),
        ("/run/finished_at", "yesterday", "/run/finished_at"),
        ("/run/finished_at", "2026-11-01T10:00:00", "/run/finished_at"),
        ("/run/status", "running", "/run/status"),
        ("/run/id", "../etc", "/run/id"),
        ("/run/colour", "blue", "/run/colour"),
        ("/hosts", [], "/hosts"),
        ("/hosts/0/host/cores", "two", "/hosts/0/host/cores"),
        ("/hosts/0/host/cores", 2.5, "/hosts/0/host/cores"),
        ("/hosts/0/peaks", [], "/hosts/0/peaks"),
        ("/environments/0/packages", {"jax": 1}, "/environments/0/packages/jax"),
        ("/results", [], "/results"),
        ("/results/0/outcome", "fine", "/results/0/outcome"),
        ("/results/0/contender/framework", "mxnet", "/results/0/contender/framework"),
        ("/results/1/time/seconds", "1.0", "/results/1/time/seconds"),
        ("/results/1/time/seconds", None, "/results/1/time/seconds"),
        ("/results/1/time/seconds", True, "/results/1/time/seconds"),
        ("/results/1/time/ci95", [1.0], "/results/1/time/ci95/1"),
        ("/results/2/blocks/3/wall_s", {}, "/results/2/blocks/3/wall_s"),
        ("/pairs/0/verdict", "best", "/pairs/0/verdict"),
    ],
)
def test_each_bad_field_is_pointed_at(path: str, value: object, pointer: str) -> None:
    # A run by another name makes strangers of its results too.
    assert next(iter(errors_of(altered(path, value)))) == pointer


def test_a_field_that_is_missing_is_named() -> None:
    document = copy.deepcopy(EXPORT)
    del document["results"][0]["probe"]
    assert errors_of(measuring.signed(document)) == {"/results/0/probe": "the field is missing"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"[]", "no object"),
        (b'"text"', "no object"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (measuring.export().encode()[:-200], "cut off"),
        (measuring.export().encode()[: len(measuring.export()) // 2], "cut off"),
        (
            measuring.export().replace('"cpu_s":', '"cpu_s":NaN,"x":', 1).encode(),
            "NaN is no number",
        ),
    ],
)
def test_what_is_no_such_document_is_said_in_one_line(body: bytes, said: str) -> None:
    found = errors_of(body)
    assert list(found) == [""]
    assert said in found[""]


def test_a_number_beyond_all_numbers_is_refused() -> None:
    body = measuring.export().replace('"cpu_s":0.001', '"cpu_s":1e999', 1).encode()
    assert list(errors_of(body)) == ["/results/0/blocks/0/cpu_s"]


def test_what_was_altered_on_the_way_is_found_out() -> None:
    body = measuring.export().replace('"dtype":"float32"', '"dtype":"float64"', 1).encode()
    assert "another content" in errors_of(body)["/sha256"]


def test_what_was_altered_with_its_checksum_does_not_add_up() -> None:
    assert (
        "raw blocks"
        in errors_of(altered("/results/0/time/seconds", 5e-4))["/results/0/time/seconds"]
    )


def test_a_run_of_the_future_is_refused() -> None:
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    assert list(errors_of(altered("/run/finished_at", later))) == ["/run/finished_at"]


def test_of_thousands_of_mistakes_the_first_are_told() -> None:
    document = copy.deepcopy(EXPORT)
    document["results"] = [{} for _ in range(5_000)]
    assert len(errors_of(measuring.signed(document))) == 100

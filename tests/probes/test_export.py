"""A run as one document: whole, checksummed, and known again whatever it is called."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import measuring
from framework_probes.export import checksum, identity, of_events, write
from framework_probes.exporting import kept
from framework_probes.planning import InvalidRequest
from framework_probes.results import Progress, Result

DAY = "2026-11-01T10:00:00Z"


def test_the_document_holds_all_that_the_run_says_but_progress() -> None:
    events = [*measuring.events(), Progress(1, 2, "goes on")]
    document = json.loads(of_events(events, DAY))
    assert document["schema"] == "probe-run-export/1"
    assert document["run"]["status"] == "succeeded"
    assert document["hosts"][0]["host"]["id"] == measuring.HOST.id
    assert document["hosts"][0]["peaks"]["flops_per_s"] == measuring.PEAKS.flops_per_s
    assert [each["id"] for each in document["environments"]] == ["env_jax"]
    blocks = [len(each["blocks"]) for each in document["results"]]
    assert blocks == [8, 8, 8, 8]
    assert len(document["pairs"]) == 2


def test_the_checksum_is_of_everything_else_in_whatever_order_it_stands() -> None:
    document = json.loads(measuring.export())
    assert checksum(dict(reversed(document.items()))) == document["sha256"]
    document["run"]["message"] = "another"
    assert checksum(document) != document["sha256"]


def test_the_peaks_are_those_that_were_said_last() -> None:
    first, *rest = measuring.events()
    more = replace(measuring.PEAKS, flops_per_s=2e11)
    document = json.loads(of_events([first, replace(more, flops_per_s=3e11), *rest, more], DAY))
    assert document["hosts"][0]["peaks"]["flops_per_s"] == 2e11


@pytest.mark.parametrize(
    ("missing", "status"), [(0, "succeeded"), (1, "interrupted"), (4, "interrupted")]
)
def test_a_run_that_lacks_results_was_interrupted(missing: int, status: str) -> None:
    first, environment, *rest = measuring.events()
    results = [each for each in rest if isinstance(each, Result)]
    events = [first, environment, *results[: 4 - missing]]
    assert json.loads(of_events(events, DAY))["run"]["status"] == status


def test_without_its_first_event_there_is_no_document() -> None:
    with pytest.raises(ValueError, match="what was asked"):
        of_events(measuring.events()[1:], DAY)


def test_what_was_measured_is_known_again_under_another_name_and_with_newer_fields() -> None:
    def told(run: str, factor: float = 1.0) -> list[dict[str, object]]:
        results: list[dict[str, object]] = json.loads(measuring.export(run, factor=factor))[
            "results"
        ]
        return results

    assert identity(told("run_1")) == identity(told("run_2"))
    assert identity(told("run_1")) != identity(told("run_1", factor=1.001))
    newer = [each | {"clock_hz": None, "notes": []} for each in told("run_1")]
    assert identity(newer) == identity(told("run_1"))
    assert identity([each | {"clock_hz": 3} for each in newer]) != identity(newer)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write(path, "first")
    with pytest.raises(UnicodeEncodeError):
        write(path, "\ud800")
    assert path.read_text() == "first"
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]


def test_a_run_that_is_ended_is_written_as_far_as_it_went(tmp_path: Path) -> None:
    path = tmp_path / "run.json"

    def measure() -> None:
        with kept(path) as note:
            for event in measuring.events()[:4]:
                note(event)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure()
    document = json.loads(path.read_text())
    assert (document["run"]["status"], len(document["results"])) == ("interrupted", 2)


def test_a_run_that_measured_nothing_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    with kept(path) as note:
        note(measuring.events()[0])
    assert not path.exists()


def test_a_folder_that_is_not_there_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="a folder that is there"), kept(tmp_path / "a" / "b"):
        raise AssertionError("it was measured")

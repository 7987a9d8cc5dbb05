"""A run that was killed goes on where it stood."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from framework_probes.__main__ import main
from framework_probes.results import (
    Event,
    Pair,
    Progress,
    Result,
    RunRequest,
    Started,
)
from framework_probes.resumption import kept, resume
from framework_probes.seats import Setup
from framework_probes.serialization import to_line
from framework_probes.session import InvalidRequest, execute

Faulty = Callable[..., Setup]
REQUEST = RunRequest("run_1", frameworks=("jax",), probes=("sound", "raises"))


@pytest.fixture
def killed(faulty: Faulty) -> list[Event]:
    """Events of a run that is ended after its first probe's first result of the second probe."""
    events: list[Event] = []
    running = execute(REQUEST, faulty())
    for event in running:
        events.append(event)
        if isinstance(event, Result) and event.probe == "raises":
            break
    running.close()
    return events


def results(events: list[Event]) -> list[Result]:
    return [event for event in events if isinstance(event, Result)]


def test_finished_probes_stay_as_they_were_and_only_the_rest_is_run(
    faulty: Faulty, killed: list[Event]
) -> None:
    before = [r for r in results(killed) if r.probe == "sound"]
    # The pair of the finished probe was not written any more.
    torn = [event for event in killed if not isinstance(event, Pair)]
    events = list(resume(torn, faulty()))
    after = results(events)
    assert after[: len(before)] == before
    assert [(r.probe, r.contender.tier) for r in after] == [
        ("sound", "eager"),
        ("sound", "compiled"),
        ("raises", "eager"),
        ("raises", "compiled"),
    ]
    assert [e for e in events if isinstance(e, Pair)] == [e for e in killed if isinstance(e, Pair)]
    assert [type(e) for e in events].count(Started) == 1
    said = [e for e in events if isinstance(e, Progress)]
    assert (said[-1].done, said[-1].planned) == (4, 4)
    assert not [e for e in said if e.message.startswith("sound: round")]


def test_a_finished_run_measures_nothing_more(faulty: Faulty, killed: list[Event]) -> None:
    whole = list(resume(killed, faulty()))
    again = list(resume(whole, faulty()))
    assert results(again) == results(whole)
    assert [e for e in again if isinstance(e, Pair)] == [e for e in whole if isinstance(e, Pair)]


def test_what_the_budget_left_out_is_measured(faulty: Faulty, killed: list[Event]) -> None:
    setup = faulty()
    left = [replace(r, outcome="not_run", time=None) for r in results(killed)]
    assert kept(REQUEST, left, setup).rest == ("sound", "raises")
    assert kept(REQUEST, results(killed), setup).rest == ("raises",)


def test_blocks_that_cannot_be_recomputed_are_measured_again(
    faulty: Faulty, killed: list[Event]
) -> None:
    old = [
        replace(r, outcome="ok", blocks=tuple(replace(b, round=None) for b in r.blocks))
        for r in results(killed)
    ]
    assert kept(REQUEST, old, faulty()).rest == ("sound", "raises")


def test_a_run_of_another_host_is_not_gone_on_with(faulty: Faulty, killed: list[Event]) -> None:
    started = killed[0]
    assert isinstance(started, Started)
    elsewhere = replace(started, host=replace(started.host, id="host_other"))
    with pytest.raises(InvalidRequest, match="host_other"):
        resume([elsewhere, *killed[1:]], faulty())


@pytest.mark.parametrize("content", ["", '{"event": "surprise"}\n'])
def test_a_file_that_holds_no_run_is_named(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(content)
    assert main(["run", "--resume", str(path)]) == 2
    assert capsys.readouterr().err.startswith("resume: ")


def test_half_a_line_does_not_count(
    killed: list[Event], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Event] = []

    def looks(events: list[Event], budget_s: float | None = None) -> object:
        seen.extend(events)
        raise InvalidRequest("resume", "enough", "seen")

    monkeypatch.setattr(sys.modules["framework_probes.__main__"], "resume", looks)
    path = tmp_path / "events.jsonl"
    lines = [to_line(event) for event in killed]
    path.write_text("\n".join(lines[:-1]) + "\n" + lines[-1][:40])
    assert main(["run", "--resume", str(path)]) == 2
    assert seen == killed[:-1]
    assert json.loads(lines[0])["request"]["run"] == "run_1"


def test_what_the_suite_leaves_out_on_purpose_is_not_waited_for(
    faulty: Faulty, killed: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = faulty()
    left = [
        replace(r, outcome="not_run", time=None) if r.contender.tier == "eager" else r
        for r in results(killed)
    ]
    assert kept(REQUEST, left, setup).rest == ("sound", "raises")
    suites = sys.modules["faulty_catalogue"].SUITES
    without = replace(suites["quick"], without={("jax", "eager", "sound"): "left out by hand"})
    monkeypatch.setattr(sys.modules["faulty_catalogue"], "SUITES", {"quick": without})
    assert kept(REQUEST, left, setup).rest == ("raises",)

"""Real exports in real runtimes: one run of a few paths, and what a faulty one is caught by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from framework_probes.deployment import catalogue, concluding
from framework_probes.deployment.paths import Part, Way, declared
from framework_probes.results import Environment, Event, Progress, Result, RunRequest, Started
from framework_probes.resumption import resume
from framework_probes.seats import Setup
from framework_probes.serialization import event_from_line, to_line
from framework_probes.session import execute

ONNX = "deployment.cnn/pytorch-onnx-onnxruntime"
CUDA = "deployment.cnn/jax-jax_export-cuda"
#: Beside this file, in a folder that workers find.
MODULE = "faulty.faulty_ways"
FAULTS = ("dropped", "transposed", "bfloat16", "empty", "dtype", "nothing", "raises", "dies")


@pytest.fixture(scope="module")
def events() -> list[Event]:
    asked = RunRequest("run_1", "deployment", probes=(ONNX, CUDA))
    return list(execute(asked, Setup()))


def results(events: list[Event]) -> list[Result]:
    return [event for event in events if isinstance(event, Result)]


def test_an_artefact_that_ran_says_all_that_is_known_of_it(events: list[Event]) -> None:
    onnx = results(events)[0]
    assert (onnx.outcome, onnx.reason, onnx.probe) == ("ok", None, "deployment.cnn")
    deployed = onnx.deployed
    assert deployed is not None
    assert deployed.parity is not None
    assert deployed.latency is not None
    assert deployed.parity.relative < 5e-6
    assert (deployed.parity.top1, deployed.parity.rows) == (1.0, 32)
    assert deployed.latency.p50 <= deployed.latency.p90
    assert deployed.latency.source_p50 is not None
    assert deployed.latency.batch == 32
    # 480 kB of float32 weights, and little else.
    assert 480_000 < (deployed.artefact_bytes or 0) < 600_000
    assert {"torch", "onnx", "onnxscript", "onnxruntime"} <= deployed.versions.keys()
    assert deployed.runtime_bytes is not None
    assert deployed.peak_rss is not None


def test_what_was_only_lowered_is_never_ok(events: list[Event]) -> None:
    lowered = results(events)[1]
    assert lowered.outcome == "compiled_only"
    assert "nothing was compiled or run" in str(lowered.reason)
    assert lowered.deployed is not None
    assert lowered.deployed.parity is None


def test_events_come_in_order_and_travel(events: list[Event]) -> None:
    assert isinstance(events[0], Started)
    assert events[0].planned == 2
    described = {event.id for event in events if isinstance(event, Environment)}
    assert {result.environment for result in results(events)} == described
    assert [event_from_line(to_line(event)) for event in events] == events


def test_a_run_that_goes_on_repeats_nothing(events: list[Event]) -> None:
    last = results(events)[1]
    cut = events[: events.index(last)]
    again = list(resume(cut))
    assert results(again)[0] == results(events)[0]
    said = [event.message for event in again if isinstance(event, Progress)]
    assert said[0] == "1 results were there already"
    assert not [message for message in said if "onnx" in message]
    assert [r.outcome for r in results(again)] == ["ok", "compiled_only"]


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths through an exporter that is made to err, in the place of the declared ones."""
    usual = declared()
    ways = {
        name: Way(
            id=name,
            framework="jax",
            backend=None,
            exporters=(Part(name, MODULE, options={"fault": name}, artefact="NumPy"),),
            runtime=Part("numpy", MODULE),
            precision="float32",
            targets=("server",),
            proves="It is a test.",
            models=("cnn",),
        )
        for name in ("none", *FAULTS)
    }
    made = replace(usual, ways=ways)
    for module in (catalogue, concluding):
        monkeypatch.setattr(module, "declared", lambda: made)


def test_faults_are_caught_and_the_run_goes_on(faulty: None) -> None:
    place = Path(__file__).parent
    asked = RunRequest("run_1", "deployment", ("jax",), ("deployment.cnn",))
    found = list(execute(asked, Setup(import_paths=(place,))))
    outcomes = {r.contender.variant: (r.outcome, r.reason) for r in results(found)}
    assert outcomes.pop("none") == ("ok", None)
    outcome, reason = outcomes.pop("raises")
    assert (outcome, reason) == ("crash", "ValueError: a node is missing and more is said of it")
    assert outcomes.pop("dies")[0] == "crash"
    assert {outcome for outcome, _ in outcomes.values()} == {"wrong_result"}
    assert outcomes["dtype"][1] == "outputs have dtype float64, expected float32"
    assert outcomes["nothing"][1] == "the exporter reported success and wrote nothing"
    assert len(outcomes) == len(FAULTS) - 2

"""Ways of compiling beside the usual one: who is measured, and that they compute the same."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from framework_probes import protocol
from framework_probes.catalogue import CATALOGUE
from framework_probes.planning import plan
from framework_probes.process import WorkerProcess
from framework_probes.results import Contender, RunRequest
from framework_probes.seats import Setup

LIMIT = 240.0
VARIANTS = [
    ("tensorflow", None, "xla", "tf.function (XLA)"),
    ("keras", "tensorflow", "xla", "tf.function (XLA)"),
    ("keras", "tensorflow", "fit", "Keras fit (jit_compile auto)"),
    ("keras", "jax", "fit", "Keras fit (jit_compile auto)"),
    ("keras", "pytorch", "fit", "Keras fit (jit_compile auto)"),
]
Opened = Callable[[str, str | None], WorkerProcess]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:

    started: list[WorkerProcess] = []

    def start(framework: str, backend: str | None) -> WorkerProcess:
        worker = WorkerProcess(
            sys.executable, tmp_path / "worker", catalogue="framework_probes.catalogue"
        )
        started.append(worker)
        assert isinstance(worker.ask(protocol.Load(framework, backend), LIMIT), protocol.Loaded)
        return worker

    yield start
    for worker in started:
        worker.close()


def test_full_measures_variants_and_quick_the_usual_ways_alone() -> None:
    full, quick = (plan(RunRequest("run_1", suite=s), Setup()) for s in ("full", "quick"))
    conv, matmul = CATALOGUE["conv_block"], CATALOGUE["matmul"]
    assert {c.variant for c in quick.contenders(conv)} == {None}
    measured = {(c.subject, c.variant) for c in full.contenders(conv) if c.variant}
    assert measured == {
        (f"{framework}:{backend}" if backend else framework, variant)
        for framework, backend, variant, _ in VARIANTS
    }
    # A trainer needs layers.
    assert {c.variant for c in full.contenders(matmul)} == {None, "xla"}
    assert full.planned == sum(len(full.contenders(probe)) for probe in full.probes)


def test_a_run_of_some_frameworks_has_their_variants_alone() -> None:
    jax = plan(RunRequest("run_1", suite="full", frameworks=("jax",)), Setup())
    assert jax.contenders(CATALOGUE["conv_block"]) == (
        Contender("jax", None, "eager"),
        Contender("jax", None, "compiled"),
    )


def test_a_variant_that_a_framework_lacks_is_unsupported(opened: Opened) -> None:
    worker = opened("jax", None)
    reply = worker.ask(protocol.Prepare("dispatch", "compiled", 0, "xla"), LIMIT)
    assert isinstance(reply, protocol.Refused)
    assert reply.outcome == "unsupported"
    assert "jax has no variant xla" in reply.reason


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "backend", "variant", "compiler"), VARIANTS)
def test_a_variant_computes_what_the_usual_way_does(
    opened: Opened, framework: str, backend: str | None, variant: str, compiler: str
) -> None:
    worker = opened(framework, backend)
    for probe in CATALOGUE.values():
        if probe.layers:
            prepared = worker.ask(protocol.Prepare(probe.id, "compiled", 0, variant), LIMIT)
            assert isinstance(prepared, protocol.Prepared), prepared
            assert prepared.compiler == compiler
            assert isinstance(
                worker.ask(protocol.Run("compiled", 0.01, variant), LIMIT), protocol.Ran
            )
            checked = worker.ask(protocol.Check("compiled", variant), LIMIT)
            assert checked == protocol.Checked(), (probe.id, checked)

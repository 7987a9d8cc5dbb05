"""Ways of compiling beside the usual one: who is measured, and that they compute the same."""

from __future__ import annotations

from collections.abc import Callable

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
FORCED = [
    ("pytorch", None),
    ("tensorflow", None),
    ("jax", None),
    ("keras", "tensorflow"),
    ("keras", "jax"),
    ("keras", "pytorch"),
]
HALVES = ("bfloat16", "float16")
Opened = Callable[[str, str | None], WorkerProcess]


def test_full_measures_variants_and_quick_the_usual_ways_alone() -> None:
    full, quick = (plan(RunRequest("run_1", suite=s), Setup()) for s in ("full", "quick"))
    conv, matmul = CATALOGUE["conv_block"], CATALOGUE["matmul"]
    assert {c.variant for c in quick.contenders(conv)} == {None}
    measured = {(c.subject, c.variant) for c in full.contenders(conv) if c.variant}
    assert measured == {
        (f"{framework}:{backend}" if backend else framework, variant)
        for framework, backend, variant in (
            *((framework, backend, variant) for framework, backend, variant, _ in VARIANTS),
            *((framework, backend, "nchw") for framework, backend in FORCED),
        )
    }
    # A layout is forced on images alone, in both tiers where the choice is most discussed.
    torch = {(c.tier, c.variant) for c in full.contenders(conv) if c.subject == "pytorch"}
    assert torch == {(t, v) for t in ("eager", "compiled") for v in (None, "nchw")}
    # A trainer needs layers.
    assert {c.variant for c in full.contenders(matmul)} == {None, "xla"}
    assert full.planned == sum(len(full.contenders(probe)) for probe in full.probes)


def test_a_run_of_some_frameworks_has_their_variants_alone() -> None:
    jax = plan(RunRequest("run_1", suite="full", frameworks=("jax",)), Setup())
    assert jax.contenders(CATALOGUE["conv_block"]) == (
        Contender("jax", None, "eager"),
        Contender("jax", None, "compiled"),
        Contender("jax", None, "compiled", "nchw"),
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
        if probe.layers and probe.dtype == "float32":
            prepared = worker.ask(protocol.Prepare(probe.id, "compiled", 0, variant), LIMIT)
            assert isinstance(prepared, protocol.Prepared), prepared
            assert prepared.compiler == compiler
            assert isinstance(
                worker.ask(protocol.Run("compiled", 0.01, variant), LIMIT), protocol.Ran
            )
            checked = worker.ask(protocol.Check("compiled", variant), LIMIT)
            assert checked == protocol.Checked(), (probe.id, checked)


@pytest.mark.parametrize(("framework", "backend"), FORCED)
def test_a_forced_layout_is_what_everybody_gets(
    opened: Opened, framework: str, backend: str | None
) -> None:
    worker = opened(framework, backend)
    said = {}
    for variant in (None, "nchw"):
        prepared = worker.ask(protocol.Prepare("conv_block", "eager", 0, variant), LIMIT)
        assert isinstance(prepared, protocol.Prepared), prepared
        assert isinstance(worker.ask(protocol.Run("eager", 0.01, variant), LIMIT), protocol.Ran)
        assert worker.ask(protocol.Check("eager", variant), LIMIT) == protocol.Checked()
        said[variant] = prepared.layout
    assert said["nchw"] == "NCHW"
    assert said[None] in ("NHWC", "NCHW, channels_last memory")


@pytest.mark.parametrize(("framework", "backend"), FORCED)
def test_a_product_is_computed_in_the_dtype_that_is_asked_for(
    opened: Opened, framework: str, backend: str | None
) -> None:
    worker = opened(framework, backend)
    errors = {}
    for dtype in ("", ".bfloat16", ".float16", ""):
        prepared = worker.ask(protocol.Prepare(f"matmul{dtype}", "eager", 0), LIMIT)
        assert isinstance(prepared, protocol.Prepared), prepared
        errors[dtype] = prepared.equality.error
    # The last one is float32 again: what a dtype changes does not stay.
    assert errors[""] < 2e-5 < errors[".float16"] < errors[".bfloat16"]
    refused = worker.ask(protocol.Prepare("matmul.tf32", "eager", 0), LIMIT)
    assert isinstance(refused, protocol.Refused)
    assert (refused.outcome, "NVIDIA" in refused.reason) == ("unsupported", True)


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "backend"), FORCED)
def test_every_probe_of_two_bytes_is_right_or_says_why_it_is_not_there(
    opened: Opened, framework: str, backend: str | None
) -> None:
    worker = opened(framework, backend)
    refused = []
    for probe in CATALOGUE.values():
        for tier in ("eager", "compiled") if probe.dtype in HALVES else ():
            prepared = worker.ask(protocol.Prepare(probe.id, tier, 0), LIMIT)
            if isinstance(prepared, protocol.Refused):
                assert prepared.outcome == "unsupported"
                refused.append((probe.id, tier))
                continue
            assert isinstance(worker.ask(protocol.Run(tier, 0.01), LIMIT), protocol.Ran)
            assert worker.ask(protocol.Check(tier), LIMIT) == protocol.Checked()
    # JAX's attention asks for a product that XLA's CPU compiler does not have in float16.
    known = [("encoder_block.float16", "compiled")] if "jax" in (framework, backend) else []
    assert refused == known

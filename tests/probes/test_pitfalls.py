"""What makes such numbers unfair, one test for each pitfall: it fails where the remedy is gone.

They run on real frameworks where the remedy lives in an adapter, PyTorch and JAX in this process.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from framework_probes import conclusions, frameworks, process, protocol, timing
from framework_probes.catalogue import CATALOGUE, SUITES
from framework_probes.entries import Entry, Replicate, belong_together, block_of
from framework_probes.equality import WrongResult
from framework_probes.frameworks.jax import JaxAdapter
from framework_probes.frameworks.plain_numpy import NumPyAdapter
from framework_probes.frameworks.tensorflow import TensorFlowAdapter
from framework_probes.preparation import Preparation
from framework_probes.probe import Adapter, Array, Native, Probe, Program
from framework_probes.protocol import Prepared, Ran, Refused
from framework_probes.proving import Drawn, prove
from framework_probes.results import Contender, Equality, Pair, Result
from framework_probes.rounds import Lane, Rounds

#: Moving arrays is what a transfer is for; processes of loaders are started from workers alone.
PROBES = [
    probe
    for id_, probe in CATALOGUE.items()
    if not id_.startswith(("transfer", "data_loading.workers"))
]
PREPARED = Prepared(9.0, 0.01, 1e-3, 1, Equality("r", ("y",), 1e-7, 2e-5), "", None, 100, 9.0)


@pytest.fixture(scope="module")
def torch() -> Adapter:
    pytest.importorskip("torch")
    return frameworks.load("pytorch", None, "eager")


@pytest.fixture(scope="module")
def jax() -> Adapter:
    pytest.importorskip("jax")
    return frameworks.load("jax", None, "eager")


def built(probe: Probe, adapter: Adapter) -> tuple[Program, Drawn]:
    drawn = Drawn.of(probe, 0)
    builder = probe.builders[cast(Any, adapter.subject)]
    return builder(adapter, drawn.sets[0][0]), drawn


def unproven(probe: Probe, adapter: Adapter) -> Program:
    """A program whose results nobody looks at: references take long."""
    return probe.builders[cast(Any, adapter.subject)](adapter, probe.inputs(0))


def test_asynchronous_work_not_waited_for(jax: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait that does not wait is found by what reading the result then takes."""
    # Large enough that dispatching it takes a hundredth of computing it.
    probe = replace(
        CATALOGUE["matmul"],
        draw=lambda g: {n: g.standard_normal((1024, 1024)).astype(np.float32) for n in "ab"},
    )
    program, drawn = built(probe, jax)
    prove(jax, probe, program, drawn, "cpu")
    monkeypatch.setattr(JaxAdapter, "wait", lambda self, result: None)
    with pytest.raises(WrongResult, match="not ready when waiting had ended"):
        prove(jax, probe, program, drawn, "cpu")


def test_waiting_by_a_copy_adds_the_copy() -> None:
    """TensorFlow's devices are drained once a sample, which costs little; no result is copied."""
    drained: list[int] = []
    adapter = object.__new__(TensorFlowAdapter)
    sync = SimpleNamespace(sync_devices=lambda: drained.append(1))
    adapter.module = SimpleNamespace(test=SimpleNamespace(experimental=sync))

    class Result:
        def numpy(self) -> Array:
            raise AssertionError("it was copied")

    program = Program(step=Result, read=lambda _: {}, layout="")
    timing.call(adapter, program)
    assert drained == [1]
    assert timing.WAITS >= 100


def test_jax_on_the_cpu_is_asynchronous_too(jax: Adapter) -> None:
    big = jax.array(np.ones((1024, 1024), np.float32))
    result = jax.operations.matmul(big, big)
    jax.wait((result, {"more": [result]}))
    assert result.is_ready()


def test_tf32_counts_as_float32_by_default(torch: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flags are set strict and looked at with every proof; the tolerance finds it as well."""
    probe = CATALOGUE["matmul"]
    program, drawn = built(probe, torch)
    assert torch.reduced_precision() == ()
    assert torch.module.backends.cudnn.allow_tf32 is False
    before = torch.module.get_float32_matmul_precision()
    try:
        torch.module.set_float32_matmul_precision("medium")
        with pytest.raises(WrongResult, match="float32_matmul_precision"):
            prove(torch, probe, program, drawn, "cpu")
    finally:
        torch.module.set_float32_matmul_precision(before)
    assert max(p.tolerances.get("float32", 0.0) for p in PROBES if not p.trains) < 2**-11 / 4


def test_compile_modes_are_mixed() -> None:
    """Tiers are compared with each other within a subject alone, and every compiler is named."""
    eager, compiled = Contender("pytorch", None, "eager"), Contender("jax", None, "compiled")
    assert not belong_together(eager, compiled)
    assert belong_together(eager, replace(eager, tier="compiled"))
    for name in ("pytorch", "jax"):
        assert frameworks.load(name, None, "compiled").compiler
    xla = object.__new__(TensorFlowAdapter)
    xla.tier, xla._xla = "compiled", True
    assert xla.compiler == "tf.function (XLA)"


def test_too_few_warm_ups_and_tracing_counted_as_speed(jax: Adapter) -> None:
    """What comes first after a switch is discarded, and a new trace makes a result unstable."""
    calls: list[int] = []
    program = Program(step=lambda: calls.append(1), read=lambda _: {}, layout="")
    ran, _, _ = timing.run_block(NumPyAdapter(), program, 1, 0.001, 0, last=False)
    assert len(calls) >= ran.iterations + 1
    compiled = frameworks.load("jax", None, "compiled")
    function = compiled.compile(lambda x: x + 1)
    function(compiled.array(np.ones(3, np.float32)))
    before = compiled.traces()
    function(compiled.array(np.ones(3, np.float32)))
    assert compiled.traces() == before
    function(compiled.array(np.ones(4, np.float32)))
    assert compiled.traces() == before + 1
    entry = timed_entry(times=[1e-3] * 8, traces=1)
    conclusions.judge([entry], "over")
    assert entry.refused is not None
    assert entry.refused.outcome == "unstable"


def test_thread_settings_reach_one_framework_only(torch: Adapter) -> None:
    settings = process.settings(3)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC"):
        assert settings[name] == "3"
    # Each framework's own report stands in the environment of a run.
    assert {"threads", "interop_threads"} <= set(torch.settings())
    crowd = SimpleNamespace(alive=True, ask=lambda *_: protocol.Pinned((0, 1)), failed=lambda _: _)
    entry = Entry(Contender("jax", None, "eager"))
    lane = Lane(cast(Any, crowd), "eager", Replicate(PREPARED, 1.0, ""), entry)
    list(Rounds([lane], SUITES["quick"], random.Random(0), 1e12, 1.0, 0).run((1,)))
    assert isinstance(entry.refused, Refused)


def test_layouts_of_one_framework_are_imposed_on_the_other(torch: Adapter) -> None:
    """PyTorch gets its fast layout, by name, and transposing is no part of the step."""
    program, _ = built(CATALOGUE["conv_block"], torch)
    assert "channels_last" in program.layout
    result = program.step()
    assert result.is_contiguous(memory_format=torch.module.channels_last)
    assert not result.is_contiguous()


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: p.id)
def test_transfer_is_timed_in_one_framework_only(
    probe: Probe, torch: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inputs lie on the device before the first step: no step makes an array of host memory."""
    program = unproven(probe, torch)
    assert program.on is not None
    steps = [program.step, program.on(probe.varied(0))]
    with refusing(monkeypatch, type(torch), "array"), torch.mode(probe.trains):
        for step in steps:
            step()


def test_memory_preallocated_by_one_counts_against_another() -> None:
    """A new process is asked for each contender, and nothing else is asked of it."""
    opened: list[object] = []
    asked: list[protocol.Command] = []

    class Seat:
        setup = SimpleNamespace(prepare_s=1.0)
        worker: object | None = None

        def open(self) -> Iterator[Any]:
            self.worker = object()
            opened.append(self.worker)
            return
            yield

        def close(self) -> None:
            self.worker = None

    entries = [Entry(Contender("jax", None, tier)) for tier in ("eager", "compiled")]
    preparation = Preparation(CATALOGUE["matmul"], 0, 0, 1e12, "over")
    script = preparation.weighing_script(cast(Any, Seat()), entries)
    ask = next(script)
    while True:
        asked.append(ask.command)
        try:
            ask = script.send(protocol.Weighed(1, 2 + len(asked), None))
        except StopIteration:
            break
    assert len(opened) == len(asked) == 2
    assert all(isinstance(command, protocol.Weigh) for command in asked)
    assert [entry.weighed.peak_rss for entry in entries if entry.weighed] == [3, 4]
    assert SUITES["full"].fresh


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: p.id)
def test_zeros_denormals_and_folded_constants_make_it_fast(probe: Probe) -> None:
    """The same seeded normal numbers for everyone, other ones in turn, and outputs that follow."""
    first, again, other = probe.inputs(7), probe.inputs(7), probe.varied(7)
    assert probe.data
    for name, value in first.items():
        assert np.array_equal(value, again[name])
        assert np.array_equal(value, other[name]) == (name not in probe.data)
        if value.dtype.kind == "f":
            assert np.count_nonzero(value) == value.size
            # A handful of draws may come out tiny, but none is denormal.
            assert np.abs(value).min() >= np.finfo(value.dtype).tiny

    kept = probe.reference(first)
    changed = probe.reference(other)
    assert any(not np.array_equal(kept[name], changed[name]) for name in kept)


def test_outputs_are_cached(torch: Adapter) -> None:
    probe = CATALOGUE["matmul"]
    program, drawn = built(probe, torch)
    kept = program.step()
    cached = replace(program, step=lambda: kept, on=lambda data: lambda: kept)
    with pytest.raises(WrongResult, match="on other data"):
        prove(torch, probe, cached, drawn, "cpu")


def test_float64_in_one_and_float32_in_another(torch: Adapter) -> None:
    probe = CATALOGUE["matmul"]
    program, drawn = built(probe, torch)
    wide = replace(program, step=lambda: program.step().double())
    with pytest.raises(WrongResult, match="dtype float64, expected float32"):
        prove(torch, probe, wide, drawn, "cpu")
    gone = replace(program, step=lambda: program.step().to("meta"))
    with pytest.raises(WrongResult, match="on meta, expected cpu"):
        prove(torch, probe, gone, drawn, "cpu")


def test_order_bias_drift_and_neighbours() -> None:
    """Everyone takes a turn in each round, in an order drawn anew; full takes fresh processes."""
    turns: list[str] = []

    def seat(name: str) -> Any:
        def ask(command: protocol.Command, _timeout_s: float) -> protocol.Reply:
            if isinstance(command, protocol.Run):
                turns.append(name)
                return Ran(10, (1e-3,), (1e-3,), 0, 1, 0)
            return protocol.Checked()

        return SimpleNamespace(alive=True, ask=ask)

    names = ("jax", "pytorch", "tensorflow")
    lanes = [
        Lane(seat(n), "eager", Replicate(PREPARED, 1.0, ""), Entry(Contender(n, None, "eager")))
        for n in names
    ]
    list(Rounds(lanes, SUITES["quick"], random.Random(3), 1e12, 1.0, 0).run(()))
    rounds = [tuple(turns[start : start + 3]) for start in range(0, len(turns), 3)]
    assert len(rounds) >= SUITES["quick"].rounds[0]
    assert {tuple(sorted(each)) for each in rounds} == {tuple(sorted(names))}
    assert len(set(rounds)) > 2
    assert SUITES["full"].replicates >= 3


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: p.id)
def test_the_data_pipeline_is_inside_the_step(
    probe: Probe, torch: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is drawn or fetched while a step runs."""
    program = unproven(probe, torch)
    with refusing(monkeypatch, np.random, "default_rng"), torch.mode(probe.trains):
        assert program.step() is not None


def test_compiling_is_excluded_without_saying_so(
    made_run: tuple[list[Result], list[Pair]],
) -> None:
    """The first call, what it took to become steady and the steady time are three figures."""
    compiled = timed_entry([1e-3] * 8, tier="compiled")
    eager = timed_entry([2e-3] * 8, first_call_s=0.1)
    where = conclusions.Circumstances("run_1", "host_1", "cpu", 1, "pinned", None)
    found = list(conclusions.results(CATALOGUE["matmul"], [eager, compiled], where, None))
    assert found[1].time is not None
    cold = found[1].time.cold
    assert (cold.first_call_s, cold.to_steady_s) == (9.0, 9.0)
    assert cold.compile_s == pytest.approx(8.999)
    # 8.9 s more for the first call, 1 ms saved with each step after it.
    assert cold.pays_off_after == pytest.approx(8901, abs=1)
    assert found[0].time is not None
    assert found[0].time.cold.pays_off_after is None
    for result in made_run[0]:
        assert result.time is not None
        assert result.time.cold.first_call_s is not None


def timed_entry(
    times: list[float],
    traces: int = 0,
    tier: str = "eager",
    first_call_s: float = 9.0,
) -> Entry:

    blocks = [block_of(Ran(1, (s,), (s,), 0, 1, traces), n, 0, n) for n, s in enumerate(times)]
    prepared = replace(PREPARED, first_call_s=first_call_s)
    replicate = Replicate(prepared, 1.0, "env_1", blocks, {1}, traces)
    return Entry(Contender("jax", None, cast(Any, tier)), [replicate])


@contextmanager
def refusing(monkeypatch: pytest.MonkeyPatch, owner: Native, name: str) -> Iterator[None]:
    """Whoever calls it in here is caught."""

    def refuse(*_arguments: object, **_more: object) -> None:
        raise AssertionError(f"{name} was called")

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, refuse)
        yield

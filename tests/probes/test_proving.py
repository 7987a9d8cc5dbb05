"""Whatever a program does instead of its work is found before a time is published."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from framework_probes.catalogue import matmul
from framework_probes.equality import WrongResult
from framework_probes.frameworks.plain_numpy import NumPyAdapter
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, Program, normal
from framework_probes.proving import Drawn, Proven, Timed, check, prove
from framework_probes.timing import run_block

PROBE = replace(
    matmul.PROBE,
    draw=lambda generator: {"a": normal(generator, 8, 8), "b": normal(generator, 8, 8)},
)


def program(
    multiply: Callable[[Array, Array], Native], inputs: Arrays, adapter: Adapter
) -> Program:
    def on(data: Arrays) -> Callable[[], Native]:
        return lambda: multiply(data["a"], data["b"])

    return Program(
        step=on(inputs),
        read=lambda result: {"product": adapter.neutral(result)},
        layout="row-major",
        on=on,
    )


def proven(
    multiply: Callable[[Array, Array], Native],
    adapter: Adapter | None = None,
    probe: Probe = PROBE,
) -> tuple[Adapter, Program, Drawn, Proven]:
    adapter = adapter or NumPyAdapter()
    drawn = Drawn.of(probe, 0)
    made = program(multiply, drawn.sets[0][0], adapter)
    return adapter, made, drawn, prove(adapter, probe, made, drawn, "cpu")


def honest(a: Array, b: Array) -> Array:
    return a @ b


def test_what_is_right_passes_with_a_step_for_each_set_of_data() -> None:
    _, _, drawn, found = proven(honest)
    assert found.equality.error <= found.equality.tolerance
    assert len(found.steps) == len(drawn.sets) == 2
    first, second = (step() for step in found.steps)
    assert not np.array_equal(first, second)


def test_an_output_that_is_kept_does_not_follow_the_data() -> None:
    kept: list[Array] = []

    def caches(a: Array, b: Array) -> Array:
        kept.append(a @ b)
        return kept[0]

    with pytest.raises(WrongResult, match="on other data, by the same program: product is off"):
        proven(caches)


def test_inputs_folded_into_the_program_do_not_follow_the_data() -> None:
    constant = PROBE.inputs(0)["a"]
    with pytest.raises(WrongResult, match="on other data"):
        proven(lambda _, b: constant @ b)


def test_a_transposed_weight_is_found() -> None:
    with pytest.raises(WrongResult, match="product is off by"):
        proven(lambda a, b: a @ b.T)


def test_float64_is_found() -> None:
    with pytest.raises(WrongResult, match="dtype float64, expected float32"):
        proven(lambda a, b: a.astype(np.float64) @ b)


def test_ten_bits_of_mantissa_are_not_float32() -> None:
    with pytest.raises(WrongResult, match="product is off by"):
        proven(lambda a, b: cut(a) @ cut(b))


class Elsewhere(NumPyAdapter):
    def device(self, leaf: Native, /) -> str | None:
        return "meta"


def test_a_result_on_another_device_is_found() -> None:
    with pytest.raises(WrongResult, match="on meta, expected cpu"):
        proven(honest, Elsewhere())


class Loose(NumPyAdapter):
    def reduced_precision(self) -> tuple[str, ...]:
        return ("allow_tf32",)


def test_a_setting_that_allows_less_than_float32_is_found() -> None:
    with pytest.raises(WrongResult, match="with less: allow_tf32"):
        proven(honest, Loose())


def test_half_precision_must_come_out_as_half_precision() -> None:
    probe = PROBE.computed_in("float16")

    def half(a: Array, b: Array) -> Array:
        return (a @ b).astype(np.float16)

    proven(half, probe=probe)
    with pytest.raises(WrongResult, match="dtype float32, expected float16"):
        proven(honest, probe=probe)
    # Widened it would look like float32.
    with pytest.raises(WrongResult, match="dtype float16, expected float32"):
        proven(half)


def cut(value: Array) -> Array:
    """Factors as TF32 takes them: ten bits of mantissa."""
    return (value.view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)


@pytest.mark.parametrize(
    ("adapter", "multiply"), [(NumPyAdapter(), lambda a, b: cut(a) @ cut(b)), (Loose(), honest)]
)
def test_tf32_is_told_by_its_setting_and_by_its_error(
    adapter: Adapter, multiply: Callable[[Array, Array], Native]
) -> None:
    probe = PROBE.computed_in("tf32")
    proven(lambda a, b: cut(a) @ cut(b), Loose(), probe)
    with pytest.raises(NotImplementedError, match="as exact as float32"):
        proven(multiply, adapter, probe)


@dataclass
class Later:
    """A result that is computed when somebody looks: what an asynchronous framework returns."""

    work: Callable[[], Array]
    value: Array | None = None

    def done(self) -> Array:
        if self.value is None:
            end = time.perf_counter() + 3e-3
            while time.perf_counter() < end:
                pass
            self.value = self.work()
        return self.value


class Asynchronous(NumPyAdapter):
    def __init__(self, *, waits: bool) -> None:
        super().__init__()
        self.waits = waits

    def wait(self, result: Native, /) -> None:
        if self.waits:
            result.done()

    def neutral(self, value: Native) -> Array:
        return np.array(value.done())

    def device(self, leaf: Native, /) -> str | None:
        return "cpu"


def lazily(a: Array, b: Array) -> Later:
    return Later(lambda: a @ b)


def test_waiting_that_does_not_wait_is_found() -> None:
    proven(lazily, Asynchronous(waits=True))
    with pytest.raises(WrongResult, match="not ready when waiting had ended"):
        proven(lazily, Asynchronous(waits=False))


def timed(found: tuple[Adapter, Program, Drawn, Proven], which: int) -> tuple[Timed, int]:
    adapter, made, _, proof = found
    step = replace(made, step=proof.steps[which])
    ran, result, steps = run_block(adapter, step, 2, 0.002, 0, last=False)
    return Timed(result, steps, which), ran.iterations


@pytest.mark.parametrize("which", [0, 1])
def test_a_timed_result_is_compared_with_the_reference_of_its_own_data(which: int) -> None:
    found = proven(honest)
    adapter, made, drawn, proof = found
    sample, _ = timed(found, which)
    check(adapter, PROBE, made, proof.steps, drawn, sample, "cpu")
    with pytest.raises(WrongResult):
        check(adapter, PROBE, made, proof.steps, drawn, replace(sample, which=1 - which), "cpu")


def test_a_result_from_anywhere_in_the_block_is_looked_at() -> None:
    found = proven(honest)
    seen = [timed(found, 0) for _ in range(30)]
    # A sample before the last one has fewer steps behind it than the block has iterations.
    early = [sample.iterations < iterations for sample, iterations in seen]
    assert sum(early) > 5
    assert len({sample.iterations / iterations for sample, iterations in seen}) > 5


def training() -> tuple[Probe, Adapter, Drawn, Callable[..., Program]]:
    """A step with state: the product is added to what was there."""
    probe = replace(PROBE, trains=True)
    adapter = NumPyAdapter()
    drawn = Drawn.of(probe, 0)

    def build(update: Callable[[Array, int], Array]) -> Program:
        state = {"value": np.zeros((8, 8), np.float32), "steps": 0}

        def reset() -> None:
            state.update(value=np.zeros((8, 8), np.float32), steps=0)

        def on(data: Arrays) -> Callable[[], Native]:
            def step() -> Native:
                state["steps"] += 1
                value = update(data["a"] @ data["b"], state["steps"])
                state["value"] = state["value"] + value
                return state["value"]

            return step

        return Program(
            step=on(drawn.sets[0][0]),
            read=lambda result: {"product": adapter.neutral(result)},
            layout="",
            reset=reset,
            on=on,
        )

    return probe, adapter, drawn, build


def test_timed_steps_must_arrive_where_as_many_steps_do_that_are_waited_for() -> None:
    probe, adapter, drawn, build = training()
    made = build(lambda product, _: product)
    proof = prove(adapter, probe, made, drawn, "cpu")
    _, result, steps = run_block(adapter, made, 1, 0.001, 0, last=True)
    check(adapter, probe, made, proof.steps, drawn, Timed(result, steps, 0), "cpu")
    with pytest.raises(WrongResult, match="timed steps"):
        check(adapter, probe, made, proof.steps, drawn, Timed(result, steps + 7, 0), "cpu")


def test_a_training_step_that_went_wrong_while_timed_is_found() -> None:
    probe, adapter, drawn, build = training()
    spoilt = False
    made = build(lambda product, _: product * np.float32(2 if spoilt else 1))
    proof = prove(adapter, probe, made, drawn, "cpu")
    spoilt = True
    _, result, steps = run_block(adapter, made, 1, 0.001, 0, last=True)
    with pytest.raises(WrongResult, match="product is off"):
        check(adapter, probe, made, proof.steps, drawn, Timed(result, steps, 0), "cpu")


def test_nan_in_a_timed_state_is_found() -> None:
    probe, adapter, drawn, build = training()
    made = build(lambda product, _: product)
    proof = prove(adapter, probe, made, drawn, "cpu")
    result = np.full((8, 8), np.nan, np.float32)
    with pytest.raises(WrongResult, match="NaN"):
        check(adapter, probe, made, proof.steps, drawn, Timed(result, 3, 0), "cpu")

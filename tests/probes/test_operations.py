"""Single operations: every framework computes them as asked, and formulas hold elsewhere too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import ndtr

from framework_probes import protocol
from framework_probes.catalogue import CATALOGUE, SUITES, attention, equation_of_state, gru, lstm
from framework_probes.equality import WrongResult, compare
from framework_probes.process import WorkerProcess
from framework_probes.reference_math import gelu
from framework_probes.results import Tier

LIMIT = 240.0
NATIVE = [("pytorch", None), ("tensorflow", None), ("jax", None)]
KERAS = [("keras", "tensorflow"), ("keras", "jax"), ("keras", "pytorch")]
#: What other tests of workers do not measure: what is not in quick, and drawn for its own sake.
OPERATIONS = [
    probe
    for probe in CATALOGUE.values()
    if probe.id not in SUITES["quick"].probes
    and not probe.id.startswith(("data_loading", "transfer"))
    and "_train_step" not in probe.id
    and probe.dtype in ("float32", "float64")
]
Opened = Callable[[str, str | None], WorkerProcess]


def failures(worker: WorkerProcess, tier: Tier, variant: str | None = None) -> dict[str, object]:
    """What each operation was refused with, or found wrong by after it was timed."""
    found: dict[str, object] = {}
    for probe in OPERATIONS:
        if variant == "nchw" and not probe.layouts:
            continue
        reply = worker.ask(protocol.Prepare(probe.id, tier, 0, variant), LIMIT)
        if isinstance(reply, protocol.Prepared):
            reply = worker.ask(protocol.Run(tier, 0.001, variant), LIMIT)
        if isinstance(reply, protocol.Ran):
            reply = worker.ask(protocol.Check(tier, variant), LIMIT)
        if reply != protocol.Checked():
            found[probe.id] = reply
        worker.ask(protocol.Forget(), LIMIT)
    return found


@pytest.mark.parametrize(("framework", "backend"), NATIVE)
def test_every_operation_is_right_in_every_framework(
    opened: Opened, framework: str, backend: str | None
) -> None:
    assert failures(opened(framework, backend), "eager") == {}


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "backend"), KERAS)
def test_every_operation_is_right_in_keras_on_every_back_end(
    opened: Opened, framework: str, backend: str | None
) -> None:
    assert failures(opened(framework, backend), "eager") == {}


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "backend"), [*NATIVE, *KERAS])
def test_every_operation_is_right_compiled_and_in_the_other_layout(
    opened: Opened, framework: str, backend: str | None
) -> None:
    worker = opened(framework, backend)
    assert failures(worker, "compiled") == {}
    assert failures(worker, "compiled", "nchw") == {}


@pytest.mark.slow
def test_compiling_a_variant_is_not_held_against_the_usual_way(opened: Opened) -> None:
    worker = opened("pytorch", None)
    for variant in (None, "nchw"):
        command = protocol.Prepare("convolution.small", "compiled", 0, variant)
        assert isinstance(worker.ask(command, LIMIT), protocol.Prepared)
    for variant in (None, "nchw"):
        ran = worker.ask(protocol.Run("compiled", 0.001, variant), LIMIT)
        assert isinstance(ran, protocol.Ran)
        assert ran.traces == 0


def test_the_density_of_sea_water_is_the_published_one() -> None:
    """The check values of UNESCO Technical Papers in Marine Science 44, page 19."""
    for s, t, p, published in (
        (0.0, 5.0, 0.0, 999.96675),
        (0.0, 5.0, 1000.0, 1044.12802),
        (0.0, 25.0, 0.0, 997.04796),
        (0.0, 25.0, 1000.0, 1037.90204),
        (35.0, 5.0, 0.0, 1027.67547),
        (35.0, 5.0, 1000.0, 1069.48914),
        (35.0, 25.0, 0.0, 1023.34306),
        (35.0, 25.0, 1000.0, 1062.53817),
    ):
        assert equation_of_state.density(np.sqrt, s, t, p) == pytest.approx(published, abs=1e-5)


def test_the_operations_of_the_density_are_counted() -> None:
    counted = 0

    class Counting:
        """A number that counts what is done to it."""

        def _count(self, _other: object = None) -> Counting:
            nonlocal counted
            counted += 1
            return self

        __add__ = __radd__ = __sub__ = __rsub__ = _count
        __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _count

    equation_of_state.density(Counting._count, Counting(), Counting(), Counting())
    assert counted == equation_of_state.OPERATIONS


def test_float64_is_held_to_float64() -> None:
    probe = CATALOGUE["equation_of_state"]
    assert (probe.dtype, probe.stored, probe.bytes) == ("float64", "float64", 4 * 2**18 * 8)
    inputs = probe.inputs(0)
    reference = probe.reference(inputs)
    assert compare(probe, inputs, reference, reference).error == 0.0
    narrow = {name: value.astype(np.float32) for name, value in reference.items()}
    with pytest.raises(WrongResult, match="dtype float32, expected float64"):
        compare(probe, inputs, reference, narrow)
    rounded = {name: value.astype(np.float64) for name, value in narrow.items()}
    with pytest.raises(WrongResult, match="density is off by"):
        compare(probe, inputs, reference, rounded)


def test_jax_computes_in_float64_where_that_is_asked_for_and_not_afterwards(
    opened: Opened,
) -> None:
    worker = opened("jax", None)
    for probe in ("equation_of_state", "dispatch", "equation_of_state"):
        reply = worker.ask(protocol.Prepare(probe, "compiled", 0), LIMIT)
        assert isinstance(reply, protocol.Prepared), reply


def test_the_exact_gelu_is_x_times_the_normal_distribution() -> None:
    x = np.linspace(-6.0, 6.0, 101)
    assert gelu(x) == pytest.approx(x * ndtr(x), abs=1e-15)


def test_the_gradients_of_attention_are_slopes() -> None:
    probe = attention.BACKWARD
    inputs = {name: value.astype(np.float64) for name, value in probe.inputs(1).items()}
    reference = probe.solve(inputs)
    generator = np.random.default_rng(2)
    for name in attention.NAMES:
        direction = generator.normal(size=inputs[name].shape)
        sums = []
        for step in (1e-5, -1e-5):
            moved = inputs | {name: inputs[name] + step * direction}
            sums.append(float((attention.PROBE.solve(moved)["y"] * inputs["upstream"]).sum()))
        slope = (sums[0] - sums[1]) / 2e-5
        assert slope == pytest.approx(float((reference[f"gradient/{name}"] * direction).sum()))


def test_an_lstm_forgets_what_its_gate_forgets() -> None:
    """With the forget gate shut and no recurrence, each step is the first one of its own."""
    inputs = {name: value.astype(np.float64) for name, value in lstm.PROBE.inputs(0).items()}
    inputs["recurrent"] = np.zeros_like(inputs["recurrent"])
    units = slice(lstm.UNITS, 2 * lstm.UNITS)
    inputs["bias"][units] = -1e3
    backwards = inputs | {"x": inputs["x"][:, ::-1]}
    with np.errstate(over="ignore"):
        y, turned = lstm.PROBE.solve(inputs)["y"], lstm.PROBE.solve(backwards)["y"]
    assert np.array_equal(y, turned[:, ::-1])
    inputs["bias"][units] = 0.0
    assert not np.allclose(lstm.PROBE.solve(inputs)["y"], y)


def test_a_gru_keeps_what_its_gate_keeps() -> None:
    inputs = {name: value.astype(np.float64) for name, value in gru.PROBE.inputs(0).items()}
    units = slice(0, gru.UNITS)
    with np.errstate(over="ignore"):
        inputs["bias"][0, units] = 1e3
        assert not gru.PROBE.solve(inputs)["y"].any()
        # Nothing is kept and nothing recurs: each step is the first one of its own.
        inputs["bias"][0, units] = -1e3
        inputs["recurrent"] = np.zeros_like(inputs["recurrent"])
        backwards = inputs | {"x": inputs["x"][:, ::-1]}
        y, turned = gru.PROBE.solve(inputs)["y"], gru.PROBE.solve(backwards)["y"]
    assert np.array_equal(y, turned[:, ::-1])
    assert np.abs(y).max() > 0.5

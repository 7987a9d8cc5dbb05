"""Every probe describes itself truthfully, and its reference is right."""

import pkgutil
from dataclasses import replace

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from hypothesis.strategies import floats

from framework_probes import catalogue, training
from framework_probes.catalogue import CATALOGUE, SUITES, cnn_train_step, encoder_block
from framework_probes.equality import WrongResult, compare, identical
from framework_probes.planning import Plan, plan
from framework_probes.probe import FAMILIES, HALF, Probe, rounded, widened
from framework_probes.results import RunRequest
from framework_probes.seats import SLOWEST_FIRST, SUBJECTS, Setup

every_probe = pytest.mark.parametrize("probe", CATALOGUE.values(), ids=list(CATALOGUE))


def test_an_id_is_a_module_perhaps_a_case_and_perhaps_another_dtype() -> None:
    modules = {module.name for module in pkgutil.iter_modules(catalogue.__path__)}
    assert all(key == probe.id for key, probe in CATALOGUE.items())
    drawn = {
        probe.id: probe.dtype for module in modules for probe in getattr(catalogue, module).PROBES
    }
    for module in modules:
        # The first is the one that stands for the module, and has its name.
        first, *cases = [probe.id for probe in getattr(catalogue, module).PROBES]
        assert first == module
        assert all(case.startswith(f"{module}.") and case.count(".") == 1 for case in cases)
    dtypes = {dtype for probe in CATALOGUE.values() for dtype in probe.tolerances}
    assert not {id_.partition(".")[2] for id_ in drawn} & dtypes
    for id_ in CATALOGUE.keys() - drawn.keys():
        exact, _, dtype = id_.rpartition(".")
        assert exact in drawn
        assert CATALOGUE[id_].dtype == dtype != drawn[exact]


@every_probe
def test_a_probe_states_what_it_takes(probe: Probe) -> None:
    # Looking rows up and moving bytes computes nothing.
    moves = ("embedding", "memory", "transfer", "data_loading", "dispatch.arguments_")
    assert probe.flops > 0 or probe.id.startswith(moves)
    assert probe.bytes > 0
    assert probe.cost_s > 0
    assert probe.title
    assert probe.measures.endswith(".")
    assert probe.shape
    assert probe.tolerances[probe.dtype] > 0


@every_probe
def test_resemblance_is_to_known_families_and_within_bounds(probe: Probe) -> None:
    families = dict(probe.families)
    assert len(families) == len(probe.families)
    assert set(families) <= set(FAMILIES)
    assert all(0 < likeness <= 1 for likeness in families.values())


@every_probe
def test_every_framework_does_every_probe(probe: Probe) -> None:
    wanted = {subject.framework for subject in SUBJECTS}
    assert wanted <= set(probe.builders)
    assert ("numpy" in probe.builders) == (probe.reference_kind == "numpy")


@every_probe
def test_inputs_are_the_same_bytes_for_the_same_seed_alone(probe: Probe) -> None:
    first, again, other = probe.inputs(3), probe.inputs(3), probe.inputs(4)
    assert identical(first, again)
    assert not identical(first, other)


@every_probe
def test_inputs_are_floats_of_the_stated_type_without_zeros_or_denormals(probe: Probe) -> None:
    for name, value in probe.inputs(0).items():
        assert np.isfinite(value).all(), name
        if value.dtype.kind == "f":
            assert value.dtype == np.float32, name
            assert np.array_equal(rounded(value, probe.dtype), value), name
            assert np.abs(value[value != 0]).min() > np.finfo(np.float32).tiny, name
            assert (value == 0).mean() < 1e-3, name


def test_probes_do_not_share_inputs() -> None:
    matmul = CATALOGUE["matmul"]
    renamed = replace(matmul, id="another")
    assert not identical(matmul.inputs(0), renamed.inputs(0))


@every_probe
def test_a_reference_is_float64_finite_and_not_trivial(probe: Probe) -> None:
    for name, value in probe.reference(probe.inputs(0)).items():
        assert value.dtype == np.float64, name
        assert np.isfinite(value).all(), name
        assert np.abs(value).max() > 0, name


@every_probe
def test_bytes_are_at_least_inputs_and_outputs(probe: Probe) -> None:
    inputs = probe.inputs(0)
    if probe.id == "embedding":
        # Of the table only the rows that are asked for.
        inputs["table"] = inputs["table"][: len(inputs["ids"])]
    if probe.id == "encoder_request":
        inputs["words.table"] = inputs["words.table"][: inputs["x"].size]
    state = sum(v.nbytes for n, v in inputs.items() if "/" in n)
    outputs = state or sum(v.nbytes // 2 for v in probe.reference(probe.inputs(0)).values())
    in_memory = sum(v.nbytes for v in inputs.values()) + outputs
    if probe.dtype in HALF:
        in_memory /= 2
    if probe.dtype == "float64":
        in_memory *= 2
    # The labels and sizes of a step are the only input that is counted or not without matter.
    assert probe.bytes == pytest.approx(in_memory, rel=0.01)


def test_the_same_work_in_another_dtype_is_a_probe_of_its_own() -> None:
    exact, half = CATALOGUE["matmul"], CATALOGUE["matmul.bfloat16"]
    assert (half.flops, half.shape, half.families) == (exact.flops, exact.shape, exact.families)
    assert (half.bytes, half.stored) == (exact.bytes // 2, "bfloat16")
    tf32 = CATALOGUE["matmul.tf32"]
    assert (tf32.bytes, tf32.stored) == (exact.bytes, "float32")


def test_quick_takes_what_stands_for_a_kind_of_work_and_full_takes_all() -> None:
    quick = ("cnn_train_step", "encoder_block", "conv_block", "matmul", "dispatch")
    assert SUITES["quick"].probes == quick
    assert SUITES["full"].probes == tuple(CATALOGUE)


@given(
    arrays(np.float32, 50, elements=floats(-(2.0**120), 2.0**120, width=32, allow_subnormal=False))
)
def test_rounding_to_bfloat16_is_to_nearest_even(values: np.ndarray) -> None:
    found = rounded(values, "bfloat16")
    expected = values.astype(ml_dtypes.bfloat16).astype(np.float32)
    assert np.array_equal(found, expected)
    assert np.array_equal(rounded(found, "bfloat16"), found)


def test_no_device_without_tf32_is_planned_to_measure_it() -> None:
    named = plan(RunRequest("run_1", suite="full", probes=("matmul.tf32",)), Setup())
    assert [probe.id for probe in named.probes] == ["matmul.tf32"]
    whole = plan(RunRequest("run_1", suite="full"), Setup())
    assert {p.dtype for p in whole.probes} == {"float32", "float64", "bfloat16", "float16"}


def test_flops_count_multiplications_and_additions() -> None:
    assert CATALOGUE["matmul"].flops == 2 * 512**3
    # 8 x 28 x 28 x 64 outputs: 9 x 64 products and sums each, less those at the edges with zeros
    # beyond, and three operations after.
    products = 8 * (3 * 28 - 2) ** 2 * 64 * 64
    assert CATALOGUE["conv_block"].flops == 2 * products + 3 * 8 * 28 * 28 * 64
    # 512 tokens: 4 products of 256 x 256, 2 of 256 x 1024; 4 x 128 x 128 x 256 twice.
    encoder = 2 * 512 * (4 * 256 * 256 + 2 * 256 * 1024) + 2 * 2 * 4 * 128 * 128 * 256
    assert CATALOGUE["encoder_block"].flops == encoder
    conv1, conv2 = 32 * 26 * 26 * 32 * 9, 32 * 11 * 11 * 64 * 9 * 32
    dense = 32 * (1600 * 64 + 64 * 10)
    assert CATALOGUE["cnn_train_step"].flops == 2 * (2 * conv1 + 3 * conv2 + 3 * dense)


@pytest.mark.parametrize(
    "probe",
    [
        pytest.param(probe, marks=pytest.mark.slow if "encoder" in id_ or "resnet" in id_ else ())
        for id_, probe in CATALOGUE.items()
        if id_.endswith("_train_step")
    ],
    ids=lambda probe: probe.id,
)
def test_the_gradients_of_a_training_step_are_slopes_of_its_loss(probe: Probe) -> None:
    inputs = probe.inputs(1)
    reference = probe.reference(inputs)
    generator = np.random.default_rng(2)
    weights = training.part(inputs, "weight")
    directions = {name: generator.normal(size=weight.shape) for name, weight in weights.items()}
    slope, losses = 0.0, []
    for name, direction in directions.items():
        # Those that the loss does not hang on are not compared.
        gradient = reference.get(f"gradient/{name}", np.zeros(()))
        slope += float((gradient * direction).sum())
    # So short that hardly a ReLU or maximum changes sides on the way.
    for step in (1e-8, -1e-8):
        moved = widened(inputs)
        for name, direction in directions.items():
            moved[f"weight/{name}"] = moved[f"weight/{name}"] + step * direction
        losses.append(float(probe.solve(moved)["loss"]))
    assert (losses[0] - losses[1]) / 2e-8 == pytest.approx(slope, rel=1e-4)


def test_the_update_is_adams_with_epsilon_outside_the_root() -> None:
    state = {
        "weight/w": np.array([0.5]),
        "first/w": np.array([0.02]),
        "second/w": np.array([4e-4]),
    }
    step = training.reference_step(state, np.asarray(1.0), {"w": np.array([0.1])})
    m = 0.9 * 0.02 + 0.1 * 0.1
    v = 0.999 * 4e-4 + 0.001 * 0.01
    corrected_m, corrected_v = m / (1 - 0.9**11), v / (1 - 0.999**11)
    assert step["second/w"][0] == pytest.approx(v)
    assert step["change/w"][0] == pytest.approx(-1e-3 * corrected_m / (corrected_v**0.5 + 1e-8))


def test_what_a_step_did_is_read_off_its_state() -> None:
    probe = cnn_train_step.PROBE
    inputs = probe.inputs(0)
    reference = probe.reference(inputs)
    outputs = {"loss": np.float32(reference["loss"])}
    for name, weight in training.part(inputs, "weight").items():
        first = 0.9 * inputs[f"first/{name}"] + 0.1 * reference[f"gradient/{name}"]
        outputs[f"first/{name}"] = first.astype(np.float32)
        outputs[f"second/{name}"] = reference[f"second/{name}"].astype(np.float32)
        outputs[f"weight/{name}"] = (weight + reference[f"change/{name}"]).astype(np.float32)
    assert compare(probe, inputs, reference, outputs).error < 2e-4
    outputs["first/conv1.kernel"] = outputs["first/conv1.kernel"] * np.float32(1.001)
    with pytest.raises(WrongResult, match=r"gradient/conv1\.kernel is off"):
        compare(probe, inputs, reference, outputs)


def test_the_encoder_reference_tells_the_exact_gelu_from_the_approximate_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = encoder_block.PROBE
    inputs = probe.inputs(0)
    exact = probe.reference(inputs)

    def tanh_gelu(x: np.ndarray) -> np.ndarray:
        return 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))

    monkeypatch.setattr(encoder_block, "gelu", tanh_gelu)
    approximate = {k: v.astype(np.float32) for k, v in probe.reference(inputs).items()}
    with pytest.raises(WrongResult, match="y is off"):
        compare(probe, inputs, exact, approximate)


def test_a_wrong_type_shape_or_value_is_told_apart() -> None:
    probe = CATALOGUE["matmul"]
    inputs = probe.inputs(0)
    reference = probe.reference(inputs)
    right = reference["product"].astype(np.float32)
    assert compare(probe, inputs, reference, {"product": right}).error < 1e-6
    broken = right.copy()
    broken[0, 0] = np.nan
    for outputs, reason in (
        ({"product": right.astype(np.float64)}, "dtype float64, expected float32"),
        ({"product": right[:-1]}, "has shape"),
        ({"product": broken}, "NaN"),
        ({"product": right + np.float32(0.1)}, "is off by"),
        ({}, "was not computed"),
    ):
        with pytest.raises(WrongResult, match=reason):
            compare(probe, inputs, reference, outputs)


def test_suites_name_probes_of_the_catalogue() -> None:
    assert set(SUITES) == {"quick", "full"}
    for suite in SUITES.values():
        assert set(suite.probes) <= set(CATALOGUE)
        fewest, most = suite.rounds
        assert 8 <= fewest <= most
        for (subject, tier, probe), reason in suite.without.items():
            assert "--probes" in reason
            assert subject in SLOWEST_FIRST
            assert tier in suite.tiers
            assert probe in suite.probes


def test_a_suite_promises_no_more_than_its_probes_are_said_to_cost() -> None:
    for name, suite in SUITES.items():
        planned: Plan = plan(RunRequest("run_1", suite=name), Setup())
        assert sum(planned.cost_s(probe) for probe in planned.probes) <= suite.budget_s


def test_every_subject_has_its_place_in_the_order_of_compiling() -> None:
    assert sorted(SLOWEST_FIRST) == sorted(subject.name for subject in SUBJECTS)

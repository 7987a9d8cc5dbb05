"""What an artefact that is not the model is caught by."""

from __future__ import annotations

from functools import cache

import ml_dtypes
import numpy as np
import pytest

from framework_probes.deployment.judging import parity
from framework_probes.deployment.models import CNN, ENCODER, ReferenceModel
from framework_probes.deployment.paths import Tolerance, declared
from framework_probes.layers.recorded import Recorded, RecordedLayers
from framework_probes.probe import Array

FLOAT32, INT8 = (declared().tolerances[name] for name in ("float32", "int8"))
both = pytest.mark.parametrize("model", [CNN, ENCODER], ids=lambda model: model.id)


def answers(model: ReferenceModel, weights: dict[str, Array], rows: Array) -> Array:
    """What the network gives with other weights than its own."""
    made_of = {name: Recorded(value.astype(np.float64)) for name, value in weights.items()}
    result: Recorded = model.network(RecordedLayers(), made_of, Recorded(rows.astype(float)))
    return result.value.astype(np.float32)


@cache
def reference(model: str) -> Array:
    """Of two rows."""
    chosen = {"cnn": CNN, "encoder": ENCODER}[model]
    return chosen.reference(chosen.rows(2, 0), 0)


def judged(model: ReferenceModel, found: Array, tolerance: Tolerance = FLOAT32) -> str | None:
    return parity(found, reference(model.id), tolerance, scores=model.scores)[1]


@both
def test_the_model_itself_passes(model: ReferenceModel) -> None:
    assert judged(model, answers(model, model.drawn(0), model.rows(2, 0))) is None


@both
def test_each_weight_that_was_dropped_is_noticed(model: ReferenceModel) -> None:
    weights = model.drawn(0)
    for name, value in weights.items():
        if model is ENCODER and name.endswith("key.bias"):
            continue  # a softmax does not change by what all of its scores have in common
        found = answers(model, weights | {name: np.zeros_like(value)}, model.rows(2, 0))
        assert "off by" in str(judged(model, found)), name


def test_a_transposed_matrix_is_noticed() -> None:
    weights = ENCODER.drawn(0)
    square = [name for name, v in weights.items() if v.ndim == 2 and v.shape[0] == v.shape[1]]
    assert len(square) == 4
    for name in square:
        found = answers(ENCODER, weights | {name: weights[name].T}, ENCODER.rows(2, 0))
        assert "off by" in str(judged(ENCODER, found)), name


@both
def test_bfloat16_does_not_pass_as_float32(model: ReferenceModel) -> None:
    weights = {n: v.astype(ml_dtypes.bfloat16) for n, v in model.drawn(0).items()}
    found = answers(model, weights, model.rows(2, 0))
    assert "off by" in str(judged(model, found))
    assert judged(model, found, declared().tolerances["bfloat16"]) is None


@both
def test_an_empty_model_is_noticed_whatever_it_gives(model: ReferenceModel) -> None:
    right = answers(model, model.drawn(0), model.rows(2, 0))
    assert "off by" in str(judged(model, np.zeros_like(right), INT8))
    assert "outputs have shape (0, " in str(judged(model, right[:0]))
    assert judged(model, np.full_like(right, np.nan)) == "outputs hold NaN or infinity"


@both
def test_another_dtype_is_noticed(model: ReferenceModel) -> None:
    right = answers(model, model.drawn(0), model.rows(2, 0))
    for dtype in ("float64", "float16", "int8"):
        said = judged(model, right.astype(dtype))
        assert said == f"outputs have dtype {dtype}, expected float32"


def test_int8_has_to_agree_on_the_best_class() -> None:
    rows = CNN.rows(20, 0)
    reference = CNN.reference(rows, 0)
    found = reference.astype(np.float32)
    for row in range(3):
        first, second = np.argsort(found[row])[-2:]
        found[row, [first, second]] = found[row, [second, first]]
    compared, said = parity(found, reference, INT8, scores=True)
    assert compared is not None
    assert compared.top1 == 0.85
    assert compared.relative <= INT8.relative
    assert said == "the best class agrees in 85% of 20 rows, at least 90% are asked"

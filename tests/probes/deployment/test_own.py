"""Somebody's own model on the paths: the file, what is wrong with it, and its exports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framework_probes.deployment import order
from framework_probes.mine import command
from framework_probes.mine.measuring import InvalidFile
from framework_probes.planning import InvalidRequest
from framework_probes.results import Result
from framework_probes.seats import Setup

TEMPLATE = command.template("deployment")
RESULT = 'np.maximum(x @ weights["hidden"], 0.0) @ weights["out"]'
ONNX, SAVED = "pytorch-onnx-onnxruntime", "pytorch-torch_export"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two_layers.py"
    path.write_text(TEMPLATE)
    return path


def test_the_template_is_a_model_of_every_framework(file: Path) -> None:
    found = order.look(file)
    assert found.frameworks == ("pytorch", "tensorflow", "keras", "jax")
    assert {trial.probe for trial in found.trials} == {"mine.two_layers"}
    assert {trial.way.framework for trial in found.trials} == set(found.frameworks)
    rows = found.model.rows(5, 0)
    assert (rows.dtype, rows.shape) == (np.float32, (5, 64))
    assert np.array_equal(rows, found.model.rows(5, 0))
    assert not np.array_equal(rows, found.model.rows(5, 1))
    assert found.model.reference(rows, 0).shape == (5, 10)
    asked = found.request("run_1")
    assert (asked.suite, asked.own and asked.own.name) == ("mine", "two_layers.py")


@pytest.mark.parametrize(
    ("instead", "of", "said"),
    [
        ("def columns(", "def rows(", "two_layers.py: no rows; expected rows(count, rng)"),
        ("(64, 64)", "(count, 64)", "rows(32, rng) returned float64 of shape (64, 64), expected"),
        ("IMAGES = True", "IMAGES = False", "IMAGES is set and rows have shape (64,), expected"),
        ("x[:1]", RESULT, "in_numpy(x, weights) returned float64 of shape (1, 64), expected"),
        ("1 / 0", RESULT, "two_layers.py line 29, in in_numpy: ZeroDivisionError: division by"),
        ("y", RESULT, "two_layers.py line 29, in in_numpy: NameError: name 'y' is not defined"),
    ],
)
def test_a_file_that_is_not_what_it_must_be_is_told_in_a_line(
    file: Path, instead: str, of: str, said: str
) -> None:
    file.write_text(TEMPLATE.replace(of, instead))
    with pytest.raises(InvalidFile) as caught:
        order.look(file)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_framework_that_the_file_has_not_is_refused(file: Path) -> None:
    file.write_text(TEMPLATE.replace("def jax_model(", "def _jax_model("))
    with pytest.raises(InvalidRequest) as caught:
        order.look(file, frameworks=("jax",))
    assert "one of those that two_layers.py has: pytorch, tensorflow, keras" in str(caught.value)


def results(exports: order.Exports, *ways: str) -> dict[str | None, Result]:
    chosen = tuple(trial for trial in exports.trials if trial.way.id in ways)
    found = order.carry_out(exports.request("run_1"), chosen, Setup())
    return {e.contender.variant: e for e in found if isinstance(e, Result)}


def test_an_own_model_is_exported_run_and_compared(file: Path) -> None:
    found = results(order.look(file), ONNX)[ONNX]
    assert (found.outcome, found.reason) == ("ok", None)
    assert (found.probe, found.shape) == ("mine.two_layers", "1x64")
    assert found.deployed is not None
    assert found.deployed.model == "two_layers"
    assert found.deployed.parity is not None
    assert found.deployed.parity.top1 == 1.0


def test_one_that_computes_something_else_is_wrong(file: Path) -> None:
    file.write_text(TEMPLATE.replace("torch.nn.ReLU()", "torch.nn.GELU()"))
    exports = order.look(file)
    found = results(replace(exports, frameworks=("pytorch",)), SAVED)[SAVED]
    assert found.outcome == "wrong_result"
    assert "outputs are off by" in (found.reason or "")

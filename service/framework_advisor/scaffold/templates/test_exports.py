"""What is exported answers as what was trained: ``python -m pytest``."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import train
from data import batch

EXPORTS = sorted(path.stem for path in Path(__file__).parent.glob("export_*.py"))


@pytest.fixture(scope="module")
def trained():
    return train.train(steps=40, compiled=False)[0]


@pytest.mark.parametrize("name", EXPORTS)
def test_the_exported_model_answers_as_the_trained_one(name: str, trained, tmp_path: Path) -> None:
    exporter = import_module(name)
    inputs, _ = batch(np.random.default_rng(2), exporter.BATCH)
    expected = train.predict(trained, inputs)
    got = exporter.run(exporter.export(trained, tmp_path), inputs)
    assert np.abs(got - expected).max() <= exporter.TOLERANCE * np.abs(expected).max()

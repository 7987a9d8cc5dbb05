"""The data file of the paths, and what is planned from it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from framework_probes import environments
from framework_probes.deployment.going_on import sorted_out
from framework_probes.deployment.models import MODELS
from framework_probes.deployment.paths import declared
from framework_probes.deployment.planning import Trial, trials
from framework_probes.planning import InvalidRequest
from framework_probes.results import Result, RunRequest
from framework_probes.seats import SUBJECTS

ALL = RunRequest("run_1", suite="deployment")


def test_every_path_has_its_modules_its_words_and_a_place_to_run() -> None:
    subjects = {(subject.framework, subject.backend) for subject in SUBJECTS}
    for way in declared().ways.values():
        assert (way.framework, way.backend) in subjects, way.id
        assert way.precision in declared().tolerances, way.id
        assert way.targets, way.id
        assert way.proves.endswith("."), way.id
        assert set(way.models) <= set(MODELS), way.id
        assert way.kind == "compile" or way.runtime is not None, way.id
        for part in way.exporters:
            assert find_spec(f"framework_probes.deployment.exporters.{part.module}"), way.id
            assert part.artefact, way.id
        if way.runtime is not None:
            name = f"framework_probes.deployment.runtimes.{way.runtime.module}"
            assert find_spec(name), way.id
        for part in (*way.exporters, *([way.runtime] if way.runtime else [])):
            assert part.environment is None or part.environment in environments.declared()


def test_a_path_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    text = '[exporters]\n[runtimes]\n[tolerances]\n[[paths]]\nid = "a"\nframework = "jax"\n'
    text += 'exporters = ["none"]\n'
    (tmp_path / "paths.toml").write_text(text)
    with pytest.raises(ValueError, match="a names 'none', which is not there"):
        declared(tmp_path / "paths.toml")


def test_a_request_names_a_probe_or_one_of_its_paths() -> None:
    one = "deployment.cnn/pytorch-onnx-onnxruntime"
    (found,) = trials(RunRequest("run_1", "deployment", probes=(one,)))
    assert (found.name, found.model) == (one, "cnn")
    of_cnn = trials(RunRequest("run_1", "deployment", ("jax",), ("deployment.cnn",)))
    assert {(t.model, t.way.framework) for t in of_cnn} == {("cnn", "jax")}
    with pytest.raises(InvalidRequest, match=r"probes: 'matmul', expected one of deployment\.cnn"):
        trials(RunRequest("run_1", "deployment", probes=("matmul",)))
    with pytest.raises(InvalidRequest, match="device: 'cuda', expected cpu"):
        trials(RunRequest("run_1", "deployment", device="cuda"))


def test_only_paths_that_were_not_tried_are_left() -> None:
    planned = trials(ALL)
    done = (result(planned[0], "ok"), result(planned[1], "crash"), result(planned[2], "not_run"))
    kept, rest = sorted_out(ALL, done)
    assert kept == done[:2]
    assert rest == tuple(trial.name for trial in planned[2:])
    assert sorted_out(RunRequest("run_1", "deployment", probes=rest), ())[1] == rest


def result(trial: Trial, outcome: str) -> Result:
    """As a run keeps it, with nothing measured."""
    words = ("id", "run_1", "host", "", trial.probe, "", "float32", "", "cpu")
    return Result(*words, trial.way.contender, None, outcome)  # type: ignore[arg-type]

"""Environments as data: who serves a subject, and building one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from packaging.requirements import Requirement

from framework_probes import building, devices, environments
from framework_probes.environments import MARK, Declared, declared
from framework_probes.results import Framework
from framework_probes.seats import SUBJECTS, Seat, Setup, perform

ROOT = Path(__file__).parents[2]
#: torch_xla has its own torch; later setuptools lack what TensorFlow.js' converter imports.
APART = {("pytorch-tpu", "torch"), ("deployment-tfjs", "setuptools")}


@pytest.fixture(autouse=True)
def nothing_is_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FRAMEWORK_ADVISOR_DATA_DIR", str(tmp_path / "data"))
    for framework in get_args(Framework):
        monkeypatch.delenv(environments.variable(framework), raising=False)


def made(name: str) -> Declared:
    """As if it had been built."""
    found = declared()[name]
    found.folder.mkdir(parents=True)
    (found.folder / MARK).write_text("{}")
    return found


def test_what_is_declared_is_pinned_and_known() -> None:
    pins = {
        Requirement(line).name.lower(): Requirement(line)
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }
    subjects = {subject.name for subject in SUBJECTS}
    for each in declared().values():
        assert set(each.serves) <= subjects
        assert set(each.devices) <= set(devices.KINDS)
        assert each.serves or each.imports, each.name
        assert all(version[0].isdigit() for version in each.packages.values()), each.name
        for requirement in map(Requirement, (*each.requirements, *each.alone)):
            assert str(requirement.specifier).startswith("=="), requirement
            pinned = pins.get(requirement.name)
            if pinned is not None and (each.name, pinned.name) not in APART:
                assert requirement.specifier == pinned.specifier, f"{each.name}: {requirement}"


def test_every_subject_has_one_to_be_built_on_the_processor() -> None:
    for subject in SUBJECTS:
        assert environments.meant_for(subject.framework, subject.backend, "cpu") is not None


def test_a_built_one_serves_its_device_and_this_interpreter_the_processor() -> None:
    assert environments.interpreter("jax", None, "cuda") == sys.executable
    built = made("jax-cuda")
    assert environments.interpreter("jax", None, "cuda") == str(built.python)
    assert environments.interpreter("keras", "jax", "cuda") == str(built.python)
    assert environments.interpreter("keras", "pytorch", "cuda") == sys.executable
    assert environments.interpreter("jax") == sys.executable


def test_on_the_processor_a_built_one_serves_what_this_interpreter_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(environments.MODULES, "jax", "no_such_module")
    built = made("jax-cpu")
    assert environments.interpreter("jax") == str(built.python)


def test_a_variable_wins_over_what_was_built(monkeypatch: pytest.MonkeyPatch) -> None:
    made("jax-cuda")
    monkeypatch.setenv("FRAMEWORK_ADVISOR_PYTHON_JAX", "/opt/python")
    assert environments.interpreter("jax", None, "cuda") == "/opt/python"


def test_what_is_absent_names_the_one_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(environments.MODULES, "tensorflow", "no_such_module")
    assert environments.missing("tensorflow", None) == (
        f"no module named no_such_module in {sys.executable}: "
        "framework-advisor probe environments --build tensorflow-cpu"
    )


def test_building_that_fails_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    wanted = replace(declared()["jax-cpu"], requirements=(str(tmp_path / "absent.whl"),))
    lines: list[str] = []
    with pytest.raises(building.BuildFailed, match=r"absent\.whl"):
        building.build(wanted, lines.append)
    assert lines
    assert not wanted.folder.exists()


def test_what_is_built_is_marked_and_checked_by_a_worker() -> None:
    """With nothing to install, so that no index is asked: the check then says what is missing."""
    wanted = replace(declared()["jax-cpu"], requirements=("pip",))
    building.build(wanted, lambda line: None)
    assert wanted.built
    assert subprocess.run([wanted.python, "-c", "import pip"], check=True).returncode == 0
    found = list(building.check(wanted))
    assert [(each.subject, each.device) for each in found] == [("jax", "cpu"), ("keras:jax", "cpu")]
    assert {each.outcome for each in found} == {"crash"}
    assert "numpy" in str(found[0].reason)


def test_a_build_that_does_not_see_the_device_names_the_one_command_that_installs_another(
    tmp_path: Path,
) -> None:
    """JAX's build for processors, asked for a GPU, as a worker of a run loads it."""
    seat = Seat("jax", "jax", None, tmp_path, Setup(), "cuda")
    try:
        refused = perform(seat.open())
    finally:
        seat.close()
    assert refused is not None
    assert refused.outcome == "not_installed"
    assert "sees no cuda" in refused.reason
    assert refused.reason.endswith(": framework-advisor probe environments --build jax-cuda")
    assert seat.hopeless == refused


def test_what_serves_no_subject_is_checked_by_its_imports_and_packages() -> None:
    wanted = replace(
        declared()["deployment-web"],
        requirements=("pip",),
        imports=("pip", "no_such_module"),
        packages={},
    )
    building.build(wanted, lambda line: None)
    package = wanted.node_modules / "@scope" / "there" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"version": "1.2.3"}')
    npm = {"@scope/there": "1.2.3", "@scope/there/": "1.2.4", "absent": "1.0.0"}
    pip, other, there, older, absent = building.check(replace(wanted, packages=npm))
    assert (pip.outcome, pip.packages.keys()) == ("ok", {"pip"})
    assert (other.outcome, "no_such_module" in str(other.reason)) == ("crash", True)
    assert (there.outcome, there.packages) == ("ok", {"@scope/there": "1.2.3"})
    assert (older.outcome, older.reason) == ("crash", "it is version 1.2.3, and 1.2.4 is declared")
    assert absent.outcome == "crash"


def test_packages_without_npm_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    wanted = replace(declared()["deployment-web"], requirements=("pip",))
    with pytest.raises(building.BuildFailed, match="there is no npm on the path"):
        building.build(wanted, lambda line: None)
    assert not wanted.folder.exists()

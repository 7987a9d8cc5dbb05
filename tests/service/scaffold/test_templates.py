"""The projects run: they learn, and what they export answers as what was trained.

One of each framework in the quick tests; every framework with every kind of data and every export
in ``make test-all``, where what this environment lacks is installed beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest

import starting
from framework_advisor.scaffold import project_for, write

#: Cheap to run, and each framework once.
QUICK = {
    "pytorch": ("table", ("pytorch_onnx", "pytorch_safetensors")),
    "tensorflow": ("image", ("litert",)),
    "keras:jax": ("table", ("keras_file",)),
}
ALL = [(subject, data) for subject in starting.EXPORTS for data in starting.FAMILIES]


def suite_of(python: Path | str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The tests of a project, by an interpreter, as its user would run them."""
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    return subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("subject", QUICK)
def test_a_project_of_each_framework_passes_its_own_tests(subject: str, tmp_path: Path) -> None:
    data, templates = QUICK[subject]
    write(project_for(starting.recommending(subject, data, templates)), tmp_path / "project")
    done = suite_of(sys.executable, tmp_path / "project")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.fixture(scope="session")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has everything of this one, and Flax and ExecuTorch."""
    if find_spec("flax") and find_spec("executorch"):
        return Path(sys.executable)
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    site = next((folder / "lib").glob("python*/site-packages"))
    here = [path for path in sys.path if path.endswith("site-packages")]
    (site / "beside.pth").write_text("\n".join(here))
    versions = starting.exporters().versions
    missing = [f"{name}=={versions[name]}" for name in ("flax", "executorch")]
    constraints = Path(__file__).parents[3] / "constraints.txt"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--constraint", constraints, *missing], check=True
    )
    return python


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("subject", "data"), ALL)
def test_every_project_passes_its_own_tests(
    subject: str, data: str, beside: Path, tmp_path: Path
) -> None:
    recommendation = starting.recommending(subject, data, starting.EXPORTS[subject])
    write(project_for(recommendation), tmp_path / "project")
    done = suite_of(beside, tmp_path / "project")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]

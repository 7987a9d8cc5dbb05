"""What is built and installed: pins, extras, wheel, image."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = "FRAMEWORK_ADVISOR_LOCK_DIR"
#: Another name of the same module: the pins choose the build.
BUILDS = {"tensorflow": "tensorflow-cpu"}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    here = [r for r in requirements if r.marker is None or r.marker.evaluate()]
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in here}


@pytest.mark.parametrize("extra", ["base", *sorted(set(EXTRAS) - {"all"})])
def test_the_pins_satisfy_what_is_required(extra: str) -> None:
    required = PROJECT["dependencies"] if extra == "base" else EXTRAS[extra]
    pinned = pins()
    for requirement in map(Requirement, required):
        if requirement.marker and not requirement.marker.evaluate():
            continue
        name = canonicalize_name(requirement.name)
        version = pinned.get(name) or pinned[BUILDS[name]]
        assert requirement.specifier.contains(version), f"{requirement} is pinned at {version}"


def test_every_pin_is_exact_and_names_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    for line in text.splitlines():
        if line and not line.startswith("#"):
            assert re.match(r"^[A-Za-z0-9._-]+==[0-9][^;\s]*($|; )", line), line


def test_an_embedder_bears_no_framework_and_no_web() -> None:
    base = {canonicalize_name(Requirement(r).name) for r in PROJECT["dependencies"]}
    light = {"click", "markdown-it-py", "numpy", "pydantic", "pyyaml", "rich", "rich-click"}
    assert base == light


def test_all_means_every_extra_for_users() -> None:
    (everything,) = EXTRAS["all"]
    assert Requirement(everything).extras == set(EXTRAS) - {"all", "dev"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_three_typed_packages_with_their_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("framework_knowledge", "framework_probes", "framework_advisor"):
        assert f"{package}/py.typed" in names
    assert "framework_knowledge/criteria.yaml" in names
    assert "framework_knowledge/prepared.json" in names
    assert "framework_knowledge/tables/static_dynamic.yaml" in names
    assert any(
        re.fullmatch(r"framework_advisor/store/migrations/versions/.+\.py", n) for n in names
    )
    for name in ("api/examples.json", "web/reader.js", "web/vendored/swagger-ui/LICENSE"):
        assert f"framework_advisor/{name}" in names
    examples = {
        f"framework_advisor/web/{e.relative_to(ROOT)}" for e in ROOT.glob("examples/*.json")
    }
    assert examples
    assert examples <= names
    assert not any(n.startswith(("tests/", "benchmarks/")) for n in names)


#: All that JAX is, and all that a node has beside the probes.
BESIDE = ("numpy", "numpy.libs", "jax", "jaxlib", "ml_dtypes", "opt_einsum", "scipy", "scipy.libs")


@pytest.fixture
def node(wheel: Path, tmp_path: Path) -> Path:
    """The interpreter of an environment with the probes out of the wheel, NumPy and JAX alone."""
    folder = tmp_path / "node"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(
            packages, [n for n in content.namelist() if n.startswith("framework_probes/")]
        )
    where = Path(str(find_spec("numpy").origin)).parents[1]  # type: ignore[union-attr]
    for name in BESIDE:
        for found in (where / name, *where.glob(f"{name}-*.dist-info")):
            if found.exists():
                (packages / found.name).symlink_to(found)
    return folder / "bin" / "python"


def test_a_node_without_the_service_measures_what_another_machine_imports(
    node: Path, tmp_path: Path
) -> None:
    absent = ("framework_advisor", "framework_knowledge", "pydantic", "yaml", "click", "litestar")
    look = f"from importlib.util import find_spec as f; print([m for m in {absent} if f(m)])"
    quiet = {"PATH": "/usr/bin:/bin", LOCK: os.environ[LOCK]}
    seen = subprocess.run([node, "-c", look], env=quiet, capture_output=True, check=True)
    assert seen.stdout == b"[]\n"
    path = tmp_path / "run.json"
    asked = ["run", "--probes", "dispatch", "--frameworks", "jax", "--export", path]
    done = subprocess.run(
        [node, "-m", "framework_probes", *asked], env=quiet, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    told = subprocess.run(
        [sys.executable, "-m", "framework_advisor.cli", "probe", "import", path, "--json"],
        env=os.environ | {"FRAMEWORK_ADVISOR_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["status"] == "succeeded"
    results = json.loads(path.read_text())["results"]
    assert {(each["probe"], each["outcome"]) for each in results} == {("dispatch", "ok")}


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_is_small_safe_and_watched() -> None:
    steps = instructions()
    words = [word for word, _ in steps]
    assert words.count("FROM") == 2
    assert [rest.split()[0] for word, rest in steps if word == "FROM"] == ["${BASE}"] * 2
    assert ("ARG", "BASE=python:${PYTHON}-slim") in steps
    assert words.index("USER") < words.index("CMD")
    assert ("VOLUME", "/data") in steps
    assert "HEALTHCHECK" in words
    for word, rest in steps:
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), f"COPY names {source}, which is not there"


@pytest.mark.parametrize(
    ("framework", "accelerator", "installed"),
    [
        ("", "cpu", ""),
        ("jax", "cuda", "jax[cuda13]=="),
        ("tensorflow", "cpu", "tensorflow-cpu=="),
        ("tensorflow", "rocm", None),
    ],
)
def test_an_image_has_the_framework_that_is_declared_for_its_accelerator(
    tmp_path: Path, framework: str, accelerator: str, installed: str | None
) -> None:
    """The step that chooses, with an installer that says what it was to install."""
    (tmp_path / "pip").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for tool in ("pip", "python"):
        (tmp_path / tool).chmod(0o755)
    (step,) = (rest for word, rest in instructions() if word == "RUN" and "ACCELERATOR" in rest)
    done = subprocess.run(
        ["sh", "-c", step.replace("/opt/advisor/bin", str(tmp_path))],
        env={"FRAMEWORK": framework, "ACCELERATOR": accelerator, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    if installed is None:
        assert done.returncode != 0
        assert "no environment is declared for 'tensorflow' on 'rocm'" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"install --no-cache-dir {installed}" if installed else "")
    assert bool(done.stdout) == bool(installed)


@pytest.mark.slow
def test_the_steps_of_the_image_run(tmp_path: Path) -> None:
    """Each COPY and RUN of the build stage in a scratch directory, then the server from it."""
    for word, rest in instructions():
        if word == "FROM" and "AS build" not in rest:
            break
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                subprocess.run(["cp", "-r", ROOT / source, tmp_path / target], check=True)
        if word == "RUN":
            here = rest.replace("/opt/advisor", str(tmp_path / "advisor"))
            environment = {
                "EXTRAS": "server",
                "PACKAGES": "",
                "FRAMEWORK": "",
                "PATH": "/usr/bin:/bin",
            }
            command = here.replace("python -m venv", f"{shlex.quote(sys.executable)} -m venv")
            subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, env=environment)
    program = tmp_path / "advisor" / "bin" / "framework-advisor"
    profile = ROOT / "examples" / "phone_app.json"
    answer = subprocess.run(
        [program, "recommend", profile, "--json"],
        check=True,
        capture_output=True,
        env={"FRAMEWORK_ADVISOR_DATA_DIR": str(tmp_path / "data")},
    )
    assert json.loads(answer.stdout)["verdict"]["framework"]

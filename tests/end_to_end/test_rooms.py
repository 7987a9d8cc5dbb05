"""The rooms stay apart: what each import loads, and what the project refers to."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRAMEWORKS = {"torch", "tensorflow", "jax", "keras"}
WEB = {"litestar", "uvicorn", "starlette"}
STORE = {"sqlalchemy", "advanced_alchemy", "alembic"}


def loaded_by(statement: str) -> set[str]:
    """Top-level modules in a fresh interpreter after the statement."""
    tail = "import sys, json; print(json.dumps([m.split('.')[0] for m in sys.modules]))"
    code = f"{statement}\n{tail}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        (
            "import framework_knowledge; framework_knowledge.load()",
            {"framework_probes", "framework_advisor", "numpy"} | WEB | STORE | FRAMEWORKS,
        ),
        (
            "import framework_probes, framework_probes.catalogue, framework_probes.session",
            {"framework_knowledge", "framework_advisor", "pydantic"} | WEB | STORE | FRAMEWORKS,
        ),
        (
            "from framework_advisor import Advisor, Profile\n"
            "Advisor().recommend(Profile(stage='research'))",
            WEB | STORE | FRAMEWORKS,
        ),
        ("import framework_advisor.app", FRAMEWORKS),
        ("import framework_advisor.cli", WEB | STORE | FRAMEWORKS),
    ],
)
def test_an_import_loads_its_own_room_alone(statement: str, absent: set[str]) -> None:
    assert not loaded_by(statement) & absent


def test_the_worker_needs_numpy_and_the_standard_library_alone() -> None:
    ours = loaded_by("import framework_probes.worker")
    installed = {"pydantic", "yaml", "click", "framework_knowledge", "framework_advisor"}
    assert not ours & (installed | WEB | STORE | FRAMEWORKS)


def tracked_texts() -> list[tuple[Path, str]]:
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    found = []
    for name in filter(None, files.split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            found.append((path, path.read_text(encoding="utf-8", errors="replace")))
    return found


def test_the_project_stands_alone() -> None:
    elsewhere = ("../" + "shared", "/work" + "/", "seed-article" + ".zh", "reference/" + "facts.md")
    hits = [
        f"{path.relative_to(ROOT)}: {word}"
        for path, text in tracked_texts()
        for word in elsewhere
        if word in text
    ]
    assert hits == []

"""From a recommendation to files: which, with which versions, and what is said of the rest."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

import starting
from framework_advisor import Advisor, Profile
from framework_advisor.errors import Conflict
from framework_advisor.recommendation import StackPiece
from framework_advisor.scaffold import project_for
from framework_advisor.scaffold.exporters import TEMPLATES, exporters
from framework_knowledge import load
from profiles import profiles

REPOSITORY = Path(__file__).parents[3]
TABLE = exporters()


def test_every_exporter_is_a_template_and_every_template_an_exporter() -> None:
    written = {path.name for path in (TEMPLATES / "exporters").iterdir()}
    assert written == {f"{one.template}.py" for one in TABLE.exporters}


def test_every_piece_is_an_export_that_the_knowledge_has_and_has_one_exporter() -> None:
    named = [piece for one in TABLE.exporters for piece in one.pieces]
    assert len(named) == len(set(named))
    assert set(named) <= {piece.id for piece in load().pieces if piece.kind == "export"}


def test_the_exports_that_are_current_and_have_no_template_are_known() -> None:
    """One that is added to the knowledge gets a template, or a place in this list."""
    pieces = load().snapshot(date(2026, 11, 23)).pieces
    current = {p.id for p in pieces if p.kind == "export" and p.maturity == "current"}
    assert sorted(current - {piece for one in TABLE.exporters for piece in one.pieces}) == [
        "keras_jax_tpu",
        "pytorch_core_ml",
        "tensorflow_core_ml",
    ]


def test_versions_are_those_that_the_tests_run_with() -> None:
    lines = (REPOSITORY / "constraints.txt").read_text().splitlines()
    pinned = dict(line.partition(";")[0].split("==") for line in lines if line[0].isalpha())
    here = {name: version for name, version in TABLE.versions.items() if name in pinned}
    assert here == {name: pinned[name] for name in here}
    # What lives in an environment of its own is pinned by the table alone.
    assert TABLE.versions.keys() - here.keys() == {"executorch", "flax"}


@pytest.mark.parametrize("subject", starting.EXPORTS)
def test_what_the_code_imports_is_required(subject: str) -> None:
    for data in starting.FAMILIES:
        project = project_for(starting.recommending(subject, data, starting.EXPORTS[subject]))
        own = {name.removesuffix(".py") for name in project.files}
        imported = {
            name.split(".")[0]
            for path, text in project.files.items()
            if path.endswith(".py")
            for node in ast.walk(ast.parse(text))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        distributions = {line.split("==")[0] for line in project.files["requirements.txt"].split()}
        modules = {"ai-edge-litert": "ai_edge_litert"}
        provided = {modules.get(name, name) for name in distributions}
        standard = {"contextlib", "importlib", "os", "pathlib", "subprocess", "sys"}
        assert imported - own - standard <= provided


@pytest.mark.parametrize(
    ("piece", "compiles"),
    [("pytorch_compile", True), ("pytorch_eager", False)],
)
def test_it_runs_as_the_recommendation_says(piece: str, compiles: bool) -> None:
    given = starting.recommending("pytorch", "table", ())
    stack = given.verdict.stack
    assert stack is not None
    execution = stack.execution.model_copy(update={"piece": piece})
    verdict = given.verdict.model_copy(
        update={"stack": stack.model_copy(update={"execution": execution})}
    )
    project = project_for(given.model_copy(update={"verdict": verdict}))
    assert f"\nCOMPILE = {compiles}\n" in project.files["train.py"]


@pytest.mark.parametrize(
    ("subject", "backend"),
    [("keras:jax", "jax"), ("keras:pytorch", "torch"), ("tensorflow", "tensorflow")],
)
def test_keras_computes_on_the_backend_that_is_recommended(subject: str, backend: str) -> None:
    project = project_for(starting.recommending(subject, "image", ()))
    assert f'("KERAS_BACKEND", "{backend}")' in project.files["backend.py"]


def test_an_export_without_a_template_is_named() -> None:
    given = starting.recommending("pytorch", "image", ("pytorch_export",))
    stack = given.verdict.stack
    assert stack is not None
    core_ml = StackPiece(choice="Core ML", why="", target="ios", piece="pytorch_core_ml")
    stack = stack.model_copy(update={"export": (*stack.export, core_ml)})
    verdict = given.verdict.model_copy(update={"stack": stack})
    project = project_for(given.model_copy(update={"verdict": verdict}))
    assert project.without == ("Core ML (for ios)",)
    assert "No code is written for the export Core ML (for ios)." in project.files["README.md"]
    assert "export_pytorch_export.py" in project.files


def test_nothing_feasible_is_nothing_to_start_from() -> None:
    answer = Advisor().recommend(
        Profile(
            stage="production",
            candidates=["tensorflow"],
            platform={"os": ["windows"], "accelerators": ["nvidia"]},
        )
    )
    assert answer.verdict.framework is None
    with pytest.raises(Conflict, match="recommends no stack"):
        project_for(answer)


@settings(max_examples=30, deadline=None)
@given(profiles)
def test_every_recommendation_gives_a_project_of_code_that_parses(profile: Profile) -> None:
    answer = Advisor().recommend(profile)
    if answer.verdict.framework is None:
        return
    project = project_for(answer)
    assert {"data.py", "model.py", "train.py", "README.md", "DECISION.md"} <= project.files.keys()
    for path, text in project.files.items():
        if path.endswith(".py"):
            assert ast.parse(text).body

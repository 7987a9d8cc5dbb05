"""Whatever is wrong with the files is told with file, line, field and reason, all at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from framework_knowledge import KnowledgeError, load
from framework_knowledge.documents import Problem

Edit = Callable[[str, str, str], int]


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    return caught.value.problems


def only_problem(folder: Path) -> Problem:
    found = problems(folder)
    assert len(found) == 1, found
    return found[0]


def test_an_untouched_copy_loads(folder: Path) -> None:
    assert load(folder).snapshot(load().first_day) == load().snapshot(load().first_day)


TABLE = "tables/pytorch_tensorflow.yaml"
BAD_FIELDS = [
    # file, text, replacement, offset of the reported line, field, part of the reason
    (TABLE, "value: any_python", "value: grat", 0, "rows.0.cells.0.value",
     "'grat' is not an anchor of flexibility; use one of: fixed_graph, "),
    (TABLE, "standing: nuance", "standing: maybe", 0, "rows.0.cells.0.standing",
     "'maybe' is not allowed; use one of: 'holds', "),
    (TABLE, "        grade: unsourced\n", "", None, "rows.0.cells.0.grade", "is missing; add it"),
    (TABLE, "criterion: flexibility", "criterion: flexibilty", 0, "rows.0.cells.0.criterion",
     "'flexibilty' is not allowed"),
    (TABLE, "sources: [ARTICLE]", "sources: [ARTICEL]", 0, "rows.0.cells.0.sources.0",
     "'ARTICEL' is no source"),
    (TABLE, "checked_with: [S65, S66]", "checked_with: [S65, S66x]", 0,
     "rows.0.cells.0.checked_with.1", "'S66x' is no source"),
    (TABLE, "superseded_by: [tf_eager_by_default]", "superseded_by: []", 0,
     "rows.0.cells.1.superseded_by", "must name the claims that speak in its place"),
    (TABLE, "superseded_by: [tf_eager_by_default]", "superseded_by: [tf_eager]", 0,
     "rows.0.cells.1.superseded_by.0", "'tf_eager' is no claim"),
    (TABLE, "        valid_until: 2019-09-30\n", "", None, "rows.0.cells.1.valid_until",
     "must say since when"),
    (TABLE, "id: T1.r2.pytorch", "id: T1.r1.pytorch", 0, "rows.1.cells.0.id", "is used twice"),
    ("claims/usability.yaml", "keras: built_in_fit", "keras: 2", 0,
     "claims.0.values.keras", "2 does not fit: Input should be a valid string"),
    ("claims/usability.yaml", "keras: built_in_fit", "chainer: built_in_fit", 0,
     "claims.0.values.chainer", "'chainer' is not allowed; use one of: 'pytorch'"),
    ("claims/usability.yaml", "facts: [F14]", "fact: F14", 0, "claims.1.fact",
     "is no field of this kind of entry"),
    ("claims/usability.yaml", "observed: 2026-11-23", "observed: yesterday", 0,
     "claims.0.observed", "'yesterday' does not fit"),
    ("claims/usability.yaml", "valid_until: 2019-09-30", "valid_until: 2016-11-27", None,
     "claims.2", "valid_until must be later than valid_from"),
    ("claims/usability.yaml", "id: keras_2_interface", "id: keras_one_interface", 0,
     "claims.2.id", "is used twice"),
    ("requirements/accelerators.yaml", "tensorflow: fail", "tensorflow: fails", 0,
     "gates.0.outcomes.tensorflow", "'fails' is not allowed; use one of: 'pass'"),
    ("requirements/accelerators.yaml", "      jax: No GPU builds for Windows", "      keras: No",
     None, "gates.0", "why is missing for jax"),
    ("requirements/accelerators.yaml", "evidence: [nvidia_on_windows", "evidence: [nvidia", 0,
     "gates.0.evidence.0", "'nvidia' is no claim"),
    ("requirements/accelerators.yaml", "accelerators: [nvidia]", "python_min: 3.14", 0,
     "gates.0.when.python_min", "3.14 does not fit"),
    ("requirements/operation.yaml", "artefact_years_min: 0.5", "artefact_years_min: -1", 0,
     "gates.2.when.artefact_years_min", "-1 does not fit"),
    ("stacks/api.yaml", "successor: tensorflow_api", "successor: tensorflow_ap", 0,
     "pieces.9.successor", "'tensorflow_ap' is no piece"),
    ("stacks/api.yaml", "successor: tensorflow_api", "successor: tf_keras_2_legacy", 0,
     "pieces.9.successor", "is itself deprecated"),
    ("stacks/data.yaml", "    evidence: [tf_data, tf_data_kept_up]\n", "", None,
     "pieces.1.evidence", "say under 'unsourced' what no claim carries"),
    ("stacks/execution.yaml", "    compiler: Inductor\n", "", None, "pieces.0.compiler",
     "say which compiler it is"),
    ("stacks/serving.yaml", "pieces: [pytorch_llm_weights]", "pieces: [weights]", 0,
     "pieces.1.requires.0.pieces.0", "'weights' is no piece"),
    ("stacks/data.yaml", "besides: [PyTorch installed beside the backend]", "pieces: [triton]", 0,
     "pieces.3.requires.0.pieces.0", "is chosen for one target, this piece for all of them"),
    ("stacks/export_pytorch.yaml", "{targets: [server_gpu], families: [llm]}", "{families: [llm]}",
     0, "pieces.0.when", "an export must name its targets"),
    ("stacks/api.yaml", "    successor: tensorflow_api\n", "", None, "pieces.9.successor",
     "a piece that is ended must name its successor"),
    ("frameworks.yaml", "evidence: [torch_current_release,", "evidence: [torch,", 0,
     "frameworks.0.evidence.0", "'torch' is no claim"),
    ("criteria.yaml", "value: 0.25", "value: 0.75", None, "criteria.0",
     "anchors must have distinct values"),
    ("sources/own.yaml", "kind: article", "kind: blog", 0, "sources.0.kind",
     "'blog' is not allowed"),
    ("knowledge.yaml", "first_day: 2017-01-01", "first_day: 2017-13-01", 0, "first_day",
     "'2017-13-01' does not fit"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "offset", "field", "reason"), BAD_FIELDS)
def test_a_bad_field_is_told_where_it_stands(
    folder: Path,
    edit: Edit,
    name: str,
    old: str,
    new: str,
    offset: int | None,
    field: str,
    reason: str,
) -> None:
    line = edit(name, old, new)
    first = problems(folder)[0]
    assert first.file == name
    assert first.field == field
    assert reason in first.reason
    if offset is not None:
        assert first.line == line + offset
    assert str(first) == f"{name}:{first.line}: {first.field}: {first.reason}"


def test_what_is_absent_is_told_at_the_entry_that_lacks_it(folder: Path, edit: Edit) -> None:
    edit("sources/own.yaml", '    title: "PyTorch and TensorFlow', '    # title: "PyTorch and')
    problem = only_problem(folder)
    text = (folder / "sources/own.yaml").read_text(encoding="utf-8").splitlines()
    assert (problem.field, problem.reason) == ("sources.0.title", "is missing; add it")
    assert text[problem.line - 1] == "  - id: ARTICLE"


def test_a_key_given_twice_is_an_error(folder: Path, edit: Edit) -> None:
    line = edit("frameworks.yaml", "    package: torch\n", "    title: Torch\n    package: torch\n")
    problem = only_problem(folder)
    assert (problem.file, problem.line) == ("frameworks.yaml", line)
    assert problem.field == "frameworks.0.title"
    assert problem.reason == f"is given twice, first in line {line - 1}; keep one"


def test_broken_yaml_is_told_with_its_line(folder: Path, edit: Edit) -> None:
    line = edit("stacks/api.yaml", "subjects: [pytorch]", "subjects: [pytorch")
    found = [each for each in problems(folder) if each.file == "stacks/api.yaml"]
    assert len(found) == 1
    assert found[0].field == "(file)"
    assert found[0].line in (line, line + 1)
    assert found[0].reason.startswith("is not YAML: ")


@pytest.mark.parametrize("name", ["knowledge.yaml", "criteria.yaml", "frameworks.yaml"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    problem = only_problem(folder)
    assert str(problem) == f"{name}:1: (file): is missing; the knowledge needs this file"


@pytest.mark.parametrize(
    "name", ["claims", "tables", "article", "sources", "requirements", "stacks"]
)
def test_a_folder_without_files_is_named(folder: Path, name: str) -> None:
    for path in (folder / name).glob("*.yaml"):
        path.unlink()
    problem = only_problem(folder)
    assert (problem.file, problem.field) == (f"{name}/*.yaml", "(file)")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("- id: x\n", "expected one list under 'sources:' and nothing else"),
        ("sources:\n  ARTICLE: here\n", "expected a list"),
        ("sources:\n  - [a]: b\n", "a key must be plain text"),
    ],
)
def test_a_file_of_another_shape_is_told(folder: Path, content: str, reason: str) -> None:
    (folder / "sources/own.yaml").write_text(content, encoding="utf-8")
    assert problems(folder)[0].file == "sources/own.yaml"
    assert problems(folder)[0].reason == reason


def test_text_that_is_not_utf_8_is_told(folder: Path) -> None:
    (folder / "sources/own.yaml").write_bytes(b"sources: \xff\n")
    assert only_problem(folder).reason.startswith("cannot be read as UTF-8 text")


def test_every_problem_is_told_at_once_in_the_order_of_the_files(folder: Path, edit: Edit) -> None:
    edit("sources/own.yaml", "kind: article", "kind: blog")
    edit("claims/security.yaml", "grade: primary", "grade: rumour")
    edit("claims/security.yaml", "criterion: security", "criterion: safety")
    (folder / "knowledge.yaml").unlink()
    found = problems(folder)
    assert [each.file for each in found] == [
        "claims/security.yaml",
        "claims/security.yaml",
        "knowledge.yaml",
        "sources/own.yaml",
    ]
    assert found[0].line < found[1].line


def test_the_error_reads_as_its_problems_one_a_line(folder: Path, edit: Edit) -> None:
    edit("sources/own.yaml", "kind: article", "kind: blog")
    edit("sources/own.yaml", "kind: measured", "kind: felt")
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert str(caught.value).splitlines() == [str(each) for each in caught.value.problems]
    assert len(caught.value.problems) == 2

"""From a recommendation to the files of a project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from framework_advisor.errors import Conflict
from framework_advisor.recommendation import Recommendation, Stack
from framework_advisor.report import markdown
from framework_advisor.scaffold.exporters import Exporter, exporters, template
from framework_advisor.scaffold.readme import readme

#: What a family's data looks like; the others' are rows of numbers.
_DATA = {
    "cnn": "image",
    "diffusion": "image",
    "transformer": "sequence",
    "llm": "sequence",
    "rnn": "sequence",
    "speech": "sequence",
}
#: Pieces of execution that compile nothing.
_EAGER = frozenset(
    {
        "pytorch_eager",
        "tensorflow_eager",
        "jax_op_by_op",
        "keras_jax_eager",
        "keras_tensorflow_eager",
        "keras_pytorch_eager",
    }
)


@dataclass(frozen=True, slots=True)
class Project:
    """A project that is not written yet.

    Attributes:
        name: of the folder, if nobody names another.
        files: path within the folder, and the text.
        without: exports that no template writes, in words; they are left to the reader.
    """

    name: str
    files: Mapping[str, str]
    without: tuple[str, ...]


def project_for(recommendation: Recommendation) -> Project:
    """The minimal project of a recommendation: data, model, training, exports, a test.

    Raises:
        Conflict: it recommends no stack.
    """
    stack, subject = recommendation.verdict.stack, _subject(recommendation)
    if stack is None or subject is None:
        raise Conflict(
            f"{recommendation.id} recommends no stack ({recommendation.verdict.status}): "
            "there is nothing to start from. Its 'excluded' says which requirement to relax."
        )
    chosen = _chosen(stack)
    without = tuple(
        f"{piece.choice} (for {piece.target or 'any target'})"
        for piece in stack.export
        if exporters().of(piece) is None
    )
    workload = recommendation.profile.workload
    files = dict(_code(subject, stack, workload.family if workload else None))
    files |= {f"export_{one.template}.py": _exporter(one) for one in chosen}
    if chosen:
        files["test_exports.py"] = template("test_exports.py")
    files["requirements.txt"] = requirements(subject, chosen)
    files["DECISION.md"] = markdown(recommendation)
    files["README.md"] = readme(recommendation, stack, chosen, without)
    return Project(f"{subject.replace(':', '-on-')}-project", files, without)


def requirements(subject: str, chosen: tuple[Exporter, ...]) -> str:
    """The pins of what the project imports, one a line."""
    table = exporters()
    needed = {"numpy", "pytest", *table.frameworks[subject]}
    needed.update(name for one in chosen for name in one.requires)
    return "".join(f"{name}=={table.versions[name]}\n" for name in sorted(needed))


def _subject(recommendation: Recommendation) -> str | None:
    pick = recommendation.verdict.framework
    return next((row.stack for row in recommendation.ranking if row.framework == pick), None)


def _chosen(stack: Stack) -> tuple[Exporter, ...]:
    found = (exporters().of(piece) for piece in stack.export)
    return tuple({one.template: one for one in found if one is not None}.values())


def _exporter(one: Exporter) -> str:
    return template("exporters", f"{one.template}.py")


def _code(subject: str, stack: Stack, family: str | None) -> Iterator[tuple[str, str]]:
    data = _DATA.get(family or "", "table")
    framework, _, backend = subject.partition(":")
    models = "keras" if framework == "tensorflow" else framework
    train = template(framework, "train.py")
    if stack.execution.piece in _EAGER:
        train = train.replace("COMPILE = True", "COMPILE = False")
    yield "data.py", template("data", f"{data}.py")
    yield "model.py", template(models, f"model_{data}.py")
    yield "train.py", train
    yield "test_project.py", template("test_project.py")
    if models == "keras":
        named = {"pytorch": "torch"}.get(backend, backend or "tensorflow")
        yield "backend.py", template("keras", "backend.py").replace('"tensorflow"', f'"{named}"')

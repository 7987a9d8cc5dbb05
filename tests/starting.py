"""Recommendations of any stack, whatever the advisor would recommend."""

from __future__ import annotations

from framework_advisor import Advisor, Profile
from framework_advisor.recommendation import Recommendation, StackPiece
from framework_advisor.scaffold.exporters import exporters

FAMILIES = {"image": "cnn", "sequence": "transformer", "table": "mlp"}
#: What can be exported from each subject, by template.
EXPORTS = {
    "pytorch": (
        "pytorch_onnx",
        "pytorch_aot_inductor",
        "pytorch_export",
        "pytorch_executorch",
        "pytorch_safetensors",
    ),
    "tensorflow": ("saved_model", "litert", "litert_int8"),
    "jax": ("jax_export", "jax_saved_model", "jax_litert"),
    "keras:tensorflow": ("saved_model", "litert", "litert_int8", "keras_file", "keras_onnx"),
    "keras:jax": ("saved_model", "keras_file", "keras_litert_by_tensorflow"),
    "keras:pytorch": ("keras_file", "keras_onnx", "keras_litert_by_tensorflow"),
}


def piece_of(template: str) -> StackPiece:
    found = next(one for one in exporters().exporters if one.template == template)
    return StackPiece(choice=template, why="", target="somewhere", piece=found.pieces[0])


def recommending(subject: str, data: str, templates: tuple[str, ...]) -> Recommendation:
    """A recommendation of that subject with those exports."""
    given = Advisor().recommend(Profile(stage="research", workload={"family": FAMILIES[data]}))
    stack = given.verdict.stack
    assert stack is not None
    framework = subject.partition(":")[0]
    stack = stack.model_copy(update={"export": tuple(map(piece_of, templates))})
    verdict = given.verdict.model_copy(update={"framework": framework, "stack": stack})
    row = given.ranking[0].model_copy(update={"framework": framework, "stack": subject})
    return given.model_copy(update={"verdict": verdict, "ranking": (row,)})

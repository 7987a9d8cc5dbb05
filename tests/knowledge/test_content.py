"""The content is complete: today every stack has a value on every criterion, or a listed reason."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from framework_knowledge import Claim, Criterion, Piece, Snapshot, load
from framework_knowledge.models import (
    Accelerator,
    CriterionId,
    Family,
    FrameworkId,
    OperatingSystem,
    Scale,
    Target,
)

KNOWLEDGE = load()
TODAY: Snapshot = KNOWLEDGE.snapshot(date(2026, 11, 23))
FACETS = {
    "none": ("", ("",)),
    "target": ("targets", get_args(Target)),
    "accelerator": ("accelerators", get_args(Accelerator)),
    "os": ("os", get_args(OperatingSystem)),
    "family": ("families", get_args(Family)),
    "scale": ("scale", get_args(Scale)),
}
STACKS = ("pytorch", "tensorflow", "jax", "keras:jax", "keras:pytorch", "keras:tensorflow")

#: What nobody has shown: no source was found, so no claim is made.
UNKNOWN = {("accelerator_support", "trainium", stack) for stack in STACKS} | {
    ("security", "", "jax")
}


def subjects(stack: str, criterion: Criterion) -> list[str]:
    """Names under which a value of the stack may stand."""
    framework, _, backend = stack.partition(":")
    inherited = [backend] if backend and criterion.follows_backend else []
    return list(dict.fromkeys([stack, framework, *inherited]))


def speaks(claim: Claim, criterion: Criterion, value: str) -> bool:
    """Whether the claim holds for that facet value whatever else the project is like."""
    dimension, _ = FACETS[criterion.facet]
    when = claim.when.model_dump(exclude_defaults=True)
    return claim.criterion == criterion.id and (
        not when or (set(when) == {dimension} and value in when[dimension])
    )


def missing() -> Iterator[tuple[str, str, str]]:
    for criterion in TODAY.criteria:
        for value in FACETS[criterion.facet][1]:
            said = {s for c in TODAY.claims if speaks(c, criterion, value) for s in c.values}
            for stack in STACKS:
                if not said & set(subjects(stack, criterion)):
                    yield criterion.id, value, stack


def test_every_stack_has_a_value_on_every_criterion_but_for_what_is_listed() -> None:
    found = {gap for gap in missing() if gap[0] != "team_fit"}
    assert found == UNKNOWN


def test_team_fit_is_left_to_the_profile() -> None:
    assert [claim.id for claim in KNOWLEDGE.claims if claim.criterion == "team_fit"] == []


def test_all_nineteen_criteria_have_five_anchors_in_even_steps() -> None:
    assert [criterion.id for criterion in TODAY.criteria] == list(get_args(CriterionId))
    for criterion in TODAY.criteria:
        assert [anchor.value for anchor in criterion.scale] == [0, 0.25, 0.5, 0.75, 1]
        assert all(re.fullmatch("[a-z][a-z0-9_]*", anchor.name) for anchor in criterion.scale)
        assert all(len(anchor.means) > 25 for anchor in criterion.scale)


def test_the_anchors_of_speed_follow_the_function_of_time() -> None:
    """value = 1 - log2(time / roofline time) / 8, at the multiples that the names give."""
    by_id = {criterion.id: criterion for criterion in TODAY.criteria}
    for name in ("training_speed", "inference_speed"):
        for anchor in by_id[name].scale:
            multiple = int(anchor.name.removeprefix("at_").removesuffix("x"))
            assert anchor.value == 1 - (multiple.bit_length() - 1) / 8


def test_keras_follows_its_backend_where_the_backend_does_the_work() -> None:
    following = {criterion.id for criterion in TODAY.criteria if criterion.follows_backend}
    assert following == {
        "training_speed",
        "inference_speed",
        "startup_time",
        "memory_efficiency",
        "accelerator_support",
        "distributed_training",
    }


def test_the_four_frameworks_are_there_and_keras_names_its_backends() -> None:
    assert [framework.id for framework in TODAY.frameworks] == list(get_args(FrameworkId))
    backends = {framework.id: framework.backends for framework in TODAY.frameworks}
    assert backends.pop("keras") == ("jax", "pytorch", "tensorflow")
    assert set(backends.values()) == {()}


def test_no_claim_carries_a_number_for_a_value() -> None:
    dashed = re.compile(r"[-+−]?\d+(\.\d+)?")
    found = [
        claim.id
        for claim in KNOWLEDGE.claims
        for anchor in claim.values.values()
        if dashed.fullmatch(anchor)
    ]
    assert found == []
    scores = re.compile(r"^\s*(score|scores|weight|points)\s*:", re.MULTILINE)
    for path in Path(sys.modules[Claim.__module__].__file__ or "").parent.rglob("*.yaml"):
        assert not scores.search(path.read_text(encoding="utf-8")), path


def test_every_source_is_used_and_every_source_used_exists() -> None:
    dated = (*KNOWLEDGE.claims, *KNOWLEDGE.cells, *KNOWLEDGE.gates)
    used = {source for item in dated for source in item.sources}
    used |= {s for said in (*KNOWLEDGE.cells, *KNOWLEDGE.remarks) for s in said.checked_with}
    assert used == {source.id for source in KNOWLEDGE.sources}


def test_a_measured_grade_rests_on_a_measurement_and_a_registry_grade_on_a_registry() -> None:
    kinds = {source.id: source.kind for source in KNOWLEDGE.sources}
    for claim in KNOWLEDGE.claims:
        if claim.grade in ("measured", "registry"):
            assert claim.grade in {kinds[source] for source in claim.sources}, claim.id
        assert "article" not in {kinds[source] for source in claim.sources}, claim.id


def test_no_claim_is_known_before_it_holds_or_read_before_it_is_known() -> None:
    for claim in KNOWLEDGE.claims:
        assert claim.known >= claim.valid_from, claim.id
        assert claim.observed <= date(2026, 11, 23), claim.id


def test_a_claim_with_values_that_ended_is_followed_without_a_gap() -> None:
    starts = {claim.id: claim.valid_from for claim in KNOWLEDGE.claims}
    for claim in KNOWLEDGE.claims:
        if claim.valid_until is not None and (claim.values or claim.superseded_by):
            assert claim.superseded_by, claim.id
            assert min(starts[name] for name in claim.superseded_by) <= claim.valid_until, claim.id


def test_gates_and_frameworks_and_pieces_cite_a_claim_that_holds_today() -> None:
    for citing in (*TODAY.gates, *TODAY.frameworks, *TODAY.pieces):
        assert citing.evidence, citing.id


def fitting(kind: str, stack: str, **circumstances: str) -> list[Piece]:
    """Pieces that a new project on the stack may take in these circumstances and no others."""
    return [
        piece
        for piece in TODAY.pieces
        if piece.kind == kind
        and {stack, stack.partition(":")[0]} & set(piece.subjects)
        and piece.maturity not in ("deprecated", "ended")
        and all(
            dimension in circumstances and circumstances[dimension] in values
            for dimension, values in piece.when.model_dump(exclude_defaults=True).items()
        )
    ]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("target", get_args(Target))
def test_every_stack_has_an_export_made_for_every_target(stack: str, target: str) -> None:
    assert fitting("export", stack, targets=target)[0].when.targets


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_has_the_other_pieces(stack: str) -> None:
    assert fitting("api", stack)
    assert fitting("data", stack)
    assert {piece.compiled for piece in fitting("execution", stack)} == {True, False}
    for scale in get_args(Scale):
        assert fitting("distribution", stack, scale=scale)
    for target in ("server_gpu", "server_cpu", "server_tpu"):
        assert fitting("serving", stack, targets=target)


@pytest.mark.parametrize(
    "named",
    [
        "TorchScript",
        "PyTorch Mobile",
        "TorchServe",
        "TensorFlow Lite runtime",
        "TensorFlow.js",
        "tf.distribute",
        "Theano",
        "CNTK",
    ],
)
def test_what_the_article_names_and_time_has_passed_names_its_successor(named: str) -> None:
    pieces = [piece for piece in TODAY.pieces if piece.choice.startswith(named)]
    assert pieces
    for piece in pieces:
        assert piece.maturity in ("maintenance", "deprecated", "ended")
        assert piece.successor


def outcome(gate_id: str, subject: str) -> str:
    gate = next(gate for gate in TODAY.gates if gate.id == gate_id)
    return gate.outcomes.get(subject, "pass")  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("gate", "subject", "expected"),
    [
        ("nvidia_native_windows", "pytorch", "pass"),
        ("nvidia_native_windows", "tensorflow", "fail"),
        ("nvidia_native_windows", "jax", "fail"),
        ("apple_gpu_training", "pytorch", "pass"),
        ("apple_gpu_training", "tensorflow", "fail"),
        ("amd_gpu", "tensorflow", "unknown"),
        ("intel_gpu", "pytorch", "pass"),
        ("cloud_tpu_training", "tensorflow", "unknown"),
        ("cloud_tpu_training", "jax", "pass"),
        ("trainium", "pytorch", "unknown"),
        ("trainium", "jax", "unknown"),
        ("edge_tpu", "tensorflow", "pass"),
        ("edge_tpu", "jax", "unknown"),
        ("microcontroller", "pytorch", "pass"),
        ("microcontroller", "jax", "unknown"),
        ("phone_npu", "jax", "unknown"),
        ("native_windows", "keras", "unknown"),
        ("python_3_14", "tensorflow", "fail"),
        ("python_3_14", "jax", "pass"),
        ("python_3_15", "pytorch", "pass"),
        ("python_3_15", "jax", "fail"),
        ("python_3_10", "pytorch", "pass"),
        ("aws_patched_image", "tensorflow", "fail"),
        ("aws_patched_image", "pytorch", "pass"),
        ("long_lived_artefact", "tensorflow", "pass"),
        ("long_lived_artefact", "keras:tensorflow", "pass"),
        ("long_lived_artefact", "jax", "unknown"),
        ("long_lived_artefact", "pytorch", "unknown"),
        ("untrusted_models", "pytorch", "pass"),
        ("untrusted_models", "keras", "pass"),
    ],
)
def test_a_gate_has_the_outcome_that_the_facts_support(
    gate: str, subject: str, expected: str
) -> None:
    assert outcome(gate, subject) == expected


def test_the_promise_for_saved_models_speaks_to_those_who_need_years() -> None:
    gate = next(gate for gate in TODAY.gates if gate.id == "long_lived_artefact")
    claim = next(claim for claim in TODAY.claims if "F83" in claim.facts)
    assert gate.when.model_dump(exclude_defaults=True) == {"artefact_years_min": 0.5}
    assert claim.when == gate.when
    assert claim.id in gate.evidence


def test_loading_needs_neither_a_framework_nor_a_web_server_nor_numpy() -> None:
    code = (
        "import json, sys, framework_knowledge; framework_knowledge.load(); "
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(run.stdout))
    heavy = {"litestar", "torch", "tensorflow", "jax", "keras", "numpy", "sqlalchemy", "uvicorn"}
    assert "framework_knowledge" in loaded
    assert not loaded & (heavy | {"framework_probes", "framework_advisor"})

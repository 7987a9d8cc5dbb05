"""Exports that ran on the host decide: on the real knowledge, by the real advisor."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from deploying import recorded, tried
from framework_advisor import Advisor, Profile
from framework_advisor.decision.deployed_paths import RAN_AS
from framework_advisor.measured import measurements_from
from framework_advisor.recommendation import Contribution, Decision, StackPiece
from framework_knowledge import load
from framework_probes.deployment.paths import Way, declared
from framework_probes.results import Outcome, Result

DAY = {"as_of": "2026-11-23"}

#: For each target, a way of each framework that has one, all of which work.
WORKING: dict[str, tuple[Result, ...]] = {
    "browser": (
        tried("pytorch", "onnxruntime_web"),
        tried("tensorflow", "litert_web"),
        tried("keras:tensorflow", "onnxruntime_web"),
        tried("jax", "litert_web"),
    ),
    "android": (
        tried("pytorch", "executorch"),
        tried("pytorch", "litert"),
        tried("tensorflow", "litert"),
        tried("keras:tensorflow", "litert"),
        tried("jax", "litert"),
    ),
    "microcontroller": (
        tried("tensorflow", "tflite_micro", precision="int8"),
        tried("keras:tensorflow", "tflite_micro", precision="int8"),
        tried("jax", "tflite_micro", precision="int8"),
    ),
}


def decided(target: str, *results: Result, **profile: object) -> Decision:
    asked = Profile.model_validate(
        {"stage": "production", "targets": [target], "evidence": DAY, **profile}
    )
    runs = [recorded(*results)] if results else []
    return Advisor(measurements=measurements_from(runs)).decide(asked)


def failing(
    results: tuple[Result, ...], subject: str, outcome: Outcome = "wrong_result"
) -> list[Result]:
    """The same, with every path of one subject failed."""
    return [
        tried(subject, way, "cnn", outcome, precision=result.deployed.precision)
        if result.contender.subject == subject
        and result.deployed is not None
        and (way := result.deployed.runtime)
        else result
        for result in results
    ]


def contribution(decision: Decision, framework: str, criterion: str) -> Contribution:
    (row,) = [each for each in decision.ranking if each.framework == framework]
    (found,) = [each for each in row.contributions if each.criterion == criterion]
    return found


def export(decision: Decision) -> StackPiece:
    assert decision.verdict.stack is not None
    (found,) = decision.verdict.stack.export
    return found


@pytest.mark.parametrize(
    ("target", "must_use"),
    [("browser", None), ("android", None), ("microcontroller", ["tensorflow"])],
)
def test_an_answer_cites_a_path_that_ran_and_changes_when_it_is_made_to_fail(
    target: str, must_use: list[str] | None
) -> None:
    works = decided(target, *WORKING[target], must_use=must_use)
    pick, subject = works.ranking[0].framework, works.ranking[0].stack
    ran = {r.id for r in WORKING[target] if r.contender.subject == subject}
    reached = contribution(works, pick, "deployment")
    assert reached.basis == "measured"
    assert ran <= set(reached.evidence)
    assert ran & set(export(works).evidence)
    assert {works.evidence[id_].kind for id_ in ran} == {"probe"}
    fails = decided(target, *failing(WORKING[target], subject), must_use=must_use)
    (after,) = [row for row in fails.ranking if row.stack == subject]
    assert after.value.mean < works.ranking[0].value.mean - 0.05
    assert export(fails).piece != export(works).piece
    (row,) = [row for row in fails.paths if row.pieces == (export(works).piece,)]
    assert (row.applied, row.outcome, row.reason) == (True, "wrong_result", "made up: wrong_result")


def test_the_pick_itself_changes_when_the_only_way_to_a_target_fails() -> None:
    asked = {"candidates": ["tensorflow", "jax"], "workload": {"family": "cnn"}}
    works = decided("browser", *WORKING["browser"], **asked)
    other = "tensorflow" if works.verdict.framework == "jax" else "jax"
    fails = decided("browser", *failing(WORKING["browser"], works.ranking[0].stack), **asked)
    assert fails.verdict.framework == other


def test_a_way_that_failed_stands_with_its_reason_beside_what_documents_claim() -> None:
    """Both ways of PyTorch onto a phone fail: what the documents say is still cited."""
    fails = decided(
        "android", *failing(WORKING["android"], "pytorch", "crash"), must_use=["pytorch"]
    )
    cited = [fails.evidence[id_] for id_ in contribution(fails, "pytorch", "deployment").evidence]
    assert {each.kind for each in cited} == {"probe", "document"}
    assert export(fails).choice == "no path known"
    (gap,) = [each for each in fails.unknown if each.requirement == "a complete stack"]
    assert "pytorch-executorch, cnn: crash, made up: crash" in gap.why
    assert "pytorch-litert, cnn: crash, made up: crash" in gap.why


@pytest.mark.parametrize("outcome", ["not_installed", "not_run", "timeout", "oom", "cancelled"])
def test_what_was_not_found_out_changes_no_value(outcome: Outcome) -> None:
    without = decided("browser")
    with_it = decided("browser", tried("pytorch", "onnxruntime_web", "cnn", outcome))
    assert [r.value for r in with_it.ranking] == [r.value for r in without.ranking]
    assert export(with_it) == export(without)
    (row,) = with_it.paths
    assert (row.applied, row.why_not) == (False, "it says nothing of the way itself")


def test_compiled_alone_counts_less_than_run_and_never_as_ok() -> None:
    def deployment(outcome: Outcome) -> Contribution:
        return contribution(
            decided("browser", tried("jax", "litert_web", "cnn", outcome)), "jax", "deployment"
        )

    ran, compiled, failed = map(deployment, ("ok", "compiled_only", "wrong_result"))
    documented = contribution(decided("browser"), "jax", "deployment")
    assert failed.value < documented.value <= compiled.value < ran.value
    assert (compiled.basis, ran.basis) == ("documented", "measured")


def test_what_works_never_lowers_a_value_and_more_evidence_adds_to_less() -> None:
    none = decided("android")
    one = decided("android", WORKING["android"][0])
    both = decided("android", *WORKING["android"][:2])
    values = [contribution(each, "pytorch", "deployment").value for each in (none, one, both)]
    assert values == sorted(values)
    assert values[0] < values[1]


def test_a_model_unlike_the_workload_does_not_speak_where_one_like_it_does() -> None:
    results = (
        tried("pytorch", "onnxruntime_web", "cnn"),
        tried("pytorch", "onnxruntime_web", "encoder", "wrong_result"),
    )
    images = decided("browser", *results, workload={"family": "cnn"})
    words = decided("browser", *results, workload={"family": "transformer"})
    either = decided("browser", *results, workload={"family": "tabular"})
    applied = [{row.model for row in each.paths if row.applied} for each in (images, words, either)]
    assert applied == [{"cnn"}, {"encoder"}, {"cnn", "encoder"}]
    values = [contribution(each, "pytorch", "deployment").value for each in (words, either, images)]
    assert values == sorted(set(values))
    assert {row.why_not for row in images.paths} == {None, "the workload resembles cnn more"}


def test_a_way_that_nobody_promises_is_told_and_moves_nothing() -> None:
    """A failure of something that no document offers says nothing against a framework."""
    odd = tried("pytorch", "tflite_micro", "cnn", "crash")
    with_it = decided("microcontroller", odd)
    assert [r.value for r in with_it.ranking] == [
        r.value for r in decided("microcontroller").ranking
    ]
    (row,) = with_it.paths
    assert (row.applied, row.why_not) == (
        False,
        "no piece that is offered for the target takes this way",
    )


def test_a_run_that_is_too_old_or_too_new_does_not_count() -> None:
    result = tried("pytorch", "onnxruntime_web")
    later = decided("browser", result, evidence={"as_of": "2026-11-01"})
    assert [row.applied for row in later.paths] == [False]
    assert contribution(later, "pytorch", "deployment").basis == "documented"


def test_a_requirement_in_doubt_is_likelier_met_once_a_way_ran_and_less_likely_once_it_failed() -> (
    None
):
    def feasibility(*results: Result) -> float:
        found = decided("microcontroller", *results)
        return next(row.feasibility for row in found.ranking if row.stack == "jax")

    failed = feasibility(tried("jax", "tflite_micro", "cnn", "crash"))
    assert failed < feasibility() < feasibility(tried("jax", "tflite_micro", "cnn"))


def test_a_model_that_leaves_its_framework_counts_for_interoperability() -> None:
    def interoperability(*results: Result) -> Contribution:
        return contribution(decided("android", *results), "jax", "interoperability")

    none, ran = interoperability(), interoperability(tried("jax", "litert"))
    failed = interoperability(tried("jax", "litert", "cnn", "unsupported"))
    assert failed.value < none.value <= ran.value
    assert (none.basis, ran.basis) == ("documented", "measured")


def test_the_suite_is_named_until_a_way_to_the_target_was_tried() -> None:
    def named(*results: Result) -> list[str]:
        runs = [recorded(*results)]
        asked = Profile(stage="production", targets=["browser"], must_use=["pytorch", "jax"])
        answer = Advisor(measurements=measurements_from(runs)).decide(asked)
        return [each.why for each in answer.next_evidence if each.suite == "deployment"]

    (untried,) = named()
    assert untried.startswith("whether the exports of pytorch, jax to browser work was not tried")
    (left,) = named(tried("pytorch", "onnxruntime_web"))
    assert left.startswith("whether the exports of jax to browser")
    assert named(tried("pytorch", "onnxruntime_web"), tried("jax", "litert_web")) == []


def test_ways_that_a_piece_names_lead_to_its_target() -> None:
    """One that leads elsewhere would never count, and nobody would notice."""
    ways = declared().ways.values()
    astray = []
    for piece in load().pieces:
        names = {subject.replace(":", "-") for subject in piece.subjects}
        for pattern in piece.paths:
            found = [way for way in ways if fnmatchcase(way.id, pattern)]
            served = {
                target
                for way in found
                for target, ran_as in RAN_AS.items()
                if ran_as & set(way.targets) and names & {_framework(way), way.framework}
            }
            if found and not served & set(piece.when.targets):
                astray.append((piece.id, pattern))
    assert astray == []
    assert {pattern for piece in load().pieces for pattern in piece.paths} & {w.id for w in ways}


def _framework(way: Way) -> str:
    return f"{way.framework}-{way.backend}" if way.backend else way.framework

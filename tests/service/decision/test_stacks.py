"""The stack to build with: pieces that go together, on the real knowledge."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework_advisor import Advisor, Profile
from framework_advisor.decision.piece_fit import SERVED, obstacle, offers
from framework_advisor.decision.requirements import Stack as Candidate
from framework_advisor.decision.requirements import stacks_of
from framework_advisor.decision.stacks import build_stack, combinations, slots_for
from framework_advisor.recommendation import Stack, StackPiece
from framework_advisor.report import markdown
from framework_knowledge import load
from framework_knowledge.models import GONE, Circumstances, Piece, Snapshot
from profiles import profiles

KNOWLEDGE = load()
TODAY = KNOWLEDGE.snapshot(date(2026, 11, 23))
CANDIDATES = stacks_of(TODAY)
DAYS = tuple(date(year, month, 1) for year in range(2018, 2027) for month in (2, 7, 11))
#: Places that hold no piece of the knowledge: nothing is needed there, or nothing is known.
EMPTY = frozenset({"none needed", "no path known", "open"})

#: What profiles of the property tests leave out and a requirement of a piece may look at.
conditions = st.fixed_dictionaries(
    {},
    optional={
        "serving": st.fixed_dictionaries(
            {},
            optional={
                "os": st.sampled_from([["linux"], ["windows"], ["macos"]]),
                "language": st.lists(
                    st.sampled_from(["python", "cpp", "java", "go", "rust", "javascript", "swift"]),
                    min_size=1,
                    max_size=2,
                    unique=True,
                ),
                "npu": st.booleans(),
            },
        ),
        "constraints": st.fixed_dictionaries({"offline": st.booleans()}),
        "python": st.sampled_from(["3.9", "3.10", "3.12", "3.13", "3.14", "3.15"]),
    },
)


@st.composite
def stated(draw: st.DrawFn) -> Profile:
    """A profile that also states what pieces require."""
    asked = draw(profiles).model_dump(mode="json", exclude_unset=True)
    more = draw(conditions)
    python = more.pop("python", None)
    if python:
        asked["platform"] = {**(asked.get("platform") or {}), "python": python}
    return Profile.model_validate(asked | more)


def named(stack: Stack) -> Iterator[tuple[str, StackPiece]]:
    yield from (item for item in stack.pieces() if item[0] != "backend")


def chosen(stack: Stack, snapshot: Snapshot) -> dict[str, Piece]:
    """The pieces of the knowledge that a stack is made of, by id."""
    known = {piece.id: piece for piece in snapshot.pieces}
    return {piece.piece: known[piece.piece] for _, piece in named(stack) if piece.piece}


def contradictions(stack: Stack, profile: Profile, snapshot: Snapshot) -> Iterator[str]:
    """Every condition of a chosen piece that the profile or the other pieces break."""
    known = {piece.id: piece for piece in snapshot.pieces}
    shared = {p.piece for p in (stack.api, stack.execution, stack.distribution, stack.data)}
    # A server that serves several targets stands once: all exports and servers are looked at.
    placed = {p.piece for p in (*stack.export, stack.serving, *stack.further_serving)}
    for _, each in named(stack):
        if each.piece is None:
            continue
        piece = known[each.piece]
        broken = obstacle(piece, profile, each.target or "")
        if broken:
            yield f"{piece.id}: {broken}"
        for required in piece.requires:
            if required.pieces and not set(required.pieces) & (shared | placed):
                yield f"{piece.id}: goes with {required.pieces}, not there"


def unserved(stack: Stack, snapshot: Snapshot) -> Iterator[str]:
    """Exports to a server that none of the stack's servers reads."""
    known = {piece.id: piece for piece in snapshot.pieces}
    servers = [known[p.piece] for p in (stack.serving, *stack.further_serving) if p.piece]
    for export in stack.export:
        reading = [
            server
            for server in servers
            if export.target in server.when.targets
            and all(not r.pieces or export.piece in r.pieces for r in server.requires)
        ]
        gap = any(p.choice == "no path known" for p in (stack.serving, *stack.further_serving))
        if export.piece and export.target in SERVED and not reading and not gap:
            yield f"{export.piece} on {export.target}: {[server.id for server in servers]}"


@settings(deadline=None, max_examples=150)
@given(stated(), st.sampled_from(CANDIDATES))
def test_every_stack_is_consistent_and_complete(profile: Profile, candidate: Candidate) -> None:
    stack = build_stack(profile, TODAY, candidate)
    assert list(contradictions(stack, profile, TODAY)) == []
    assert list(unserved(stack, TODAY)) == []
    targets = [wish.kind for wish in profile.target_wishes or ()]
    assert [piece.target for piece in stack.export] == targets
    for name, piece in named(stack):
        assert (piece.piece is None) == (piece.choice in EMPTY) or piece.piece == "one_device", name


@settings(deadline=None, max_examples=100)
@given(stated(), st.sampled_from(DAYS), st.data())
def test_a_stack_of_an_earlier_day_is_consistent_too(
    profile: Profile, day: date, data: st.DataObject
) -> None:
    snapshot = KNOWLEDGE.snapshot(day)
    stack = build_stack(profile, snapshot, data.draw(st.sampled_from(stacks_of(snapshot))))
    assert list(contradictions(stack, profile, snapshot)) == []
    assert list(unserved(stack, snapshot)) == []
    assert all(piece.maturity not in GONE for piece in chosen(stack, snapshot).values())
    for name, piece in named(stack):
        assert piece.since is None or piece.since <= day, name
        assert piece.evidence or piece.unsourced or piece.choice in EMPTY, (name, piece.choice)


@settings(deadline=None, max_examples=150)
@given(stated(), st.sampled_from(CANDIDATES))
def test_nothing_is_built_on_what_is_gone_and_each_piece_shows_its_evidence(
    profile: Profile, candidate: Candidate
) -> None:
    stack = build_stack(profile, TODAY, candidate)
    assert all(piece.maturity not in GONE for piece in chosen(stack, TODAY).values())
    claims = {claim.id for claim in TODAY.claims}
    for name, piece in named(stack):
        assert set(piece.evidence) <= claims
        assert piece.evidence or piece.unsourced or piece.choice in EMPTY, (name, piece.choice)
        assert all(other.maturity not in GONE for other in piece.alternatives)
        assert piece.piece not in {other.piece for other in piece.alternatives}


@settings(deadline=None, max_examples=60)
@given(stated(), st.sampled_from(CANDIDATES))
def test_the_stack_is_the_first_of_the_consistent_combinations(
    profile: Profile, candidate: Candidate
) -> None:
    targets = tuple(wish.kind for wish in profile.target_wishes or ())
    found = offers(profile, TODAY, candidate, slots_for(targets))
    every = combinations(found, targets)
    first = next(every)
    stack = build_stack(profile, TODAY, candidate)
    assert {p.id for p in first.values() if p} == set(chosen(stack, TODAY))
    gaps = sum(piece is None for piece in first.values())
    for _, other in zip(range(20), every, strict=False):
        assert sum(piece is None for piece in other.values()) >= gaps


def ask(candidate: str, **profile: object) -> Stack:
    framework, _, backend = candidate.partition(":")
    asked = Profile.model_validate({"stage": "production"} | profile)
    return build_stack(asked, TODAY, Candidate(framework, backend or framework))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("candidate", "compiler"),
    [
        ("pytorch", "Inductor"),
        ("tensorflow", "XLA"),
        ("jax", "XLA"),
        ("keras:jax", "XLA"),
        ("keras:tensorflow", "XLA where it applies, else TensorFlow's own graph executor"),
        ("keras:pytorch", "Inductor"),
    ],
)
def test_a_compiled_execution_says_by_which_compiler(candidate: str, compiler: str) -> None:
    execution = ask(candidate, workload={"custom_research_code": False}).execution
    assert execution.compiler == compiler


def test_a_language_model_is_served_by_what_reads_its_weights() -> None:
    llm = {"workload": {"family": "llm"}, "targets": ["server_gpu"]}
    stack = ask("pytorch", **llm)
    assert (stack.export[0].piece, stack.serving.piece) == ("pytorch_llm_weights", "vllm")
    windows = ask("pytorch", **llm, serving={"os": ["windows"]})
    assert windows.export[0].piece != "pytorch_llm_weights"
    why = {a.piece: a.why_not_first for a in windows.serving.alternatives}
    assert why["vllm"] == "serving on windows: only linux"


def test_targets_that_one_server_cannot_serve_get_a_server_each() -> None:
    stack = ask("pytorch", workload={"family": "llm"}, targets=["server_cpu", "server_gpu"])
    assert stack.serving.piece == "triton"
    assert [(piece.piece, piece.target) for piece in stack.further_serving] == [
        ("vllm", "server_gpu")
    ]


def test_without_tensorflow_for_its_python_jax_leaves_tensorflow_serving() -> None:
    stack = ask("jax", targets=["server_cpu"], platform={"python": "3.14"})
    assert (stack.export[0].piece, stack.serving.piece) == (
        "jax_export_default",
        "jax_server_program",
    )
    assert stack.data.piece == "jax_grain"
    ruled_out = {a.piece: a.why_not_first for a in stack.export[0].alternatives}
    assert ruled_out["jax_server"] == "Python 3.14: needs 3.13 or older"


@pytest.mark.parametrize(
    ("candidate", "target", "language", "export"),
    [
        ("pytorch", "desktop", "csharp", "pytorch_server_cpu"),
        ("pytorch", "ios", "swift", "pytorch_ios"),
        ("tensorflow", "desktop", "cpp", "tensorflow_phone"),
        ("tensorflow", "desktop", "csharp", None),
        ("keras:tensorflow", "android", "kotlin", "keras_litert"),
    ],
)
def test_the_language_of_the_program_decides_which_runtime(
    candidate: str, target: str, language: str, export: str | None
) -> None:
    stack = ask(candidate, targets=[target], serving={"language": [language]})
    assert stack.export[0].piece == export


def test_a_server_is_asked_from_any_language_and_a_program_of_ones_own_is_not() -> None:
    go = {"targets": ["server_cpu"], "serving": {"language": ["go"]}}
    assert ask("tensorflow", **go).serving.piece == "tf_serving"
    assert ask("pytorch", **go).export[0].piece == "pytorch_server_cpu"
    assert ask("pytorch", **go).serving.piece == "triton"
    assert ask("pytorch", targets=["desktop"], serving=go["serving"]).export[0].piece is None
    windows = {"targets": ["server_cpu"], "serving": {"os": ["windows"], "language": ["java"]}}
    assert ask("pytorch", **windows).serving.piece == "onnx_runtime_program"


@pytest.mark.parametrize(
    ("developed_on", "serving", "server"),
    [
        (["linux", "macos"], None, "triton"),
        (["windows"], None, "onnx_runtime_program"),
        (["windows"], {"os": ["linux"]}, "triton"),
        (["linux"], {"os": ["linux", "windows"]}, "onnx_runtime_program"),
    ],
)
def test_a_server_runs_where_answers_are_computed(
    developed_on: list[str], serving: dict[str, object] | None, server: str
) -> None:
    asked = {"targets": ["server_cpu"], "platform": {"os": developed_on}, "serving": serving}
    assert ask("pytorch", **asked).serving.piece == server


def test_an_export_that_something_serves_is_better_than_one_that_nothing_does() -> None:
    asked = {"targets": ["server_gpu"], "serving": {"os": ["windows"], "language": ["java"]}}
    stack = ask("pytorch", **asked)
    assert stack.export[0].piece == "pytorch_server_gpu_onnx"
    assert stack.serving.piece == "onnx_runtime_program"
    why = {a.piece: a.why_not_first for a in stack.export[0].alternatives}
    assert why["pytorch_server_gpu"] == "does not go with the other pieces"


def test_a_piece_made_for_the_circumstances_comes_before_a_more_mature_general_one() -> None:
    general = next(p for p in TODAY.pieces if p.id == "pytorch_android")
    special = general.model_copy(
        update={
            "id": "special",
            "maturity": "beta",
            "when": Circumstances(targets=("android",), families=("speech",)),
        }
    )
    snapshot = TODAY.model_copy(update={"pieces": (*TODAY.pieces, special)})

    def export(family: str) -> StackPiece:
        profile = Profile.model_validate(
            {"stage": "production", "targets": ["android"], "workload": {"family": family}}
        )
        return build_stack(profile, snapshot, CANDIDATES[0]).export[0]

    assert export("cnn").piece == "pytorch_android"
    assert export("speech").piece == "special"
    why = {a.piece: a.why_not_first for a in export("speech").alternatives}
    assert why["pytorch_android"] == "speaks less closely of the circumstances"


def test_what_needs_a_network_is_not_offered_where_there_is_none() -> None:
    tpu = {"targets": ["server_tpu"], "constraints": {"offline": True}}
    stack = ask("jax", **tpu)
    assert stack.export[0].choice == "no path known"
    assert {a.why_not_first for a in stack.export[0].alternatives} == {"needs a network"}
    assert ask("jax", targets=["server_tpu"]).export[0].piece == "jax_server_tpu"


def test_a_runtime_that_wants_fixed_shapes_gives_way() -> None:
    assert ask("tensorflow", targets=["browser"]).export[0].piece == "tensorflow_browser"
    changing = ask("tensorflow", targets=["browser"], workload={"dynamic_shapes": True})
    assert changing.export[0].piece == "tensorflow_browser_onnx"


def test_a_tpu_job_is_not_spread_by_what_runs_on_gpus_alone() -> None:
    many = {"scale": {"training_devices": 64}, "workload": {"family": "llm"}}
    tpus = ask("pytorch", **many, platform={"accelerators": ["tpu"]})
    assert tpus.distribution.piece == "pytorch_tpu_distributed"
    assert ask("pytorch", **many).distribution.piece == "pytorch_fsdp_llm"


def test_several_devices_that_nothing_spreads_over_are_said_and_one_device_needs_nothing() -> None:
    def distribution(devices: int | None) -> StackPiece:
        scale = {"training_devices": devices} if devices else {}
        profile = Profile.model_validate({"stage": "research", "scale": scale})
        return build_stack(profile, early, Candidate("pytorch", "pytorch")).distribution

    early = KNOWLEDGE.snapshot(date(2017, 6, 1))
    assert distribution(64).choice == "no path known"
    assert distribution(1).piece == "one_device"
    assert distribution(None).choice == "none needed"


def test_a_target_without_a_path_is_said_to_be_unknown_with_the_reason() -> None:
    profile = Profile.model_validate(
        {
            "stage": "production",
            "targets": ["desktop"],
            "must_use": ["tensorflow"],
            "serving": {"language": ["csharp"]},
            "evidence": {"as_of": "2026-11-23", "probe_run": None},
        }
    )
    (gap,) = (
        u for u in Advisor().recommend(profile).unknown if u.requirement == "a complete stack"
    )
    assert gap.framework == "tensorflow"
    assert "a program in csharp" in gap.why


def test_an_organisation_s_own_piece_comes_first() -> None:
    own = next(p for p in TODAY.pieces if p.id == "onnx_runtime_program").model_copy(
        update={"id": "ours", "provenance": "us"}
    )
    snapshot = TODAY.model_copy(update={"pieces": (*TODAY.pieces, own)})
    asked = Profile.model_validate({"stage": "production", "targets": ["server_cpu"]})
    assert build_stack(asked, TODAY, CANDIDATES[0]).serving.piece == "triton"
    assert build_stack(asked, snapshot, CANDIDATES[0]).serving.piece == "ours"


def test_the_decision_record_says_how_each_piece_stands_and_what_must_hold() -> None:
    profile = Profile.model_validate(
        {
            "stage": "production",
            "targets": ["server_cpu"],
            "must_use": ["pytorch"],
            "workload": {"custom_research_code": False},
            "evidence": {"as_of": "2026-11-23", "probe_run": None},
        }
    )
    record = markdown(Advisor().recommend(profile))
    assert "| execution | torch.compile (Inductor) | current since 2023-03-15 |" in record
    assert "goes with: ONNX, run by ONNX Runtime; served on linux |" in record

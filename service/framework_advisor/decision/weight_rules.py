"""The rules that turn circumstances into weights: factors on swing weights, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from framework_advisor.decision.circumstances import scale_of
from framework_advisor.profile import Constraints, Platform, Profile, Serving, Team, Workload
from framework_knowledge.models import CriterionId, Stage

Factors = Mapping[CriterionId, float]

#: Factors by stage. A research project lives from published code and from being able to change
#: everything; a product from serving, support and staying alive; a class from the first hour.
STAGES: Mapping[Stage, Factors] = {
    "research": {
        "flexibility": 1.5, "debugging": 1.3, "research_ecosystem": 2.0, "reproducibility": 1.5,
        "training_speed": 1.2, "production_ecosystem": 0.4, "deployment": 0.6, "longevity": 0.8,
        "startup_time": 0.5, "security": 0.7,
    },
    "prototype": {
        "ease_of_use": 1.6, "debugging": 1.3, "research_ecosystem": 1.3, "longevity": 0.6,
        "production_ecosystem": 0.7, "security": 0.7,
    },
    "production": {
        "production_ecosystem": 1.6, "deployment": 1.5, "longevity": 1.5, "security": 1.5,
        "inference_speed": 1.4, "flexibility": 0.7, "research_ecosystem": 0.8,
    },
    "education": {
        "ease_of_use": 2.0, "debugging": 1.6, "production_ecosystem": 0.5, "deployment": 0.5,
        "distributed_training": 0.3, "accelerator_support": 0.6, "training_speed": 0.6,
        "inference_speed": 0.5, "longevity": 0.8, "research_ecosystem": 0.7, "flexibility": 0.7,
    },
}  # fmt: skip

ON_DEVICE = frozenset(
    {"android", "ios", "browser", "microcontroller", "edge_tpu", "embedded_linux"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """When it fires, what it multiplies, and why."""

    id: str
    when: Callable[[Profile], bool]
    factors: Factors
    reason: str


def _workload(profile: Profile) -> Workload:
    return profile.workload or Workload()


def _team(profile: Profile) -> Team:
    return profile.team or Team()


def _constraints(profile: Profile) -> Constraints:
    return profile.constraints or Constraints()


def _serving(profile: Profile) -> Serving:
    return profile.serving or Serving()


def _platform(profile: Profile) -> Platform:
    return profile.platform or Platform()


def _kinds(profile: Profile) -> set[str]:
    return {wish.kind for wish in profile.target_wishes or ()}


def _code_to_keep(profile: Profile) -> bool:
    team = _team(profile)
    return bool(set(team.existing_code or ()) - set(team.leaving or ()))


def _demanding_latency(profile: Profile) -> bool:
    scale = profile.scale
    return scale is not None and (scale.p99_ms is not None or bool(scale.requests_per_second))


RULES: tuple[Rule, ...] = (
    Rule(
        "stays_in_the_lab",
        lambda p: p.targets == (),
        {"deployment": 0.2, "production_ecosystem": 0.5, "inference_speed": 0.5},
        "the model never leaves the lab, so nothing is deployed",
    ),
    Rule(
        "runs_on_devices",
        lambda p: bool(_kinds(p) & ON_DEVICE),
        {"deployment": 3.0, "memory_efficiency": 1.2},
        "the way onto a device decides whether there is a product",
    ),
    Rule(
        "inference_only",
        lambda p: _workload(p).phases == ("inference",),
        {
            "training_speed": 0.2,
            "distributed_training": 0.2,
            "inference_speed": 1.5,
            "ease_of_use": 0.3,
            "flexibility": 0.3,
            "debugging": 0.5,
        },
        "nothing is written or trained anew; a finished model is run",
    ),
    Rule(
        "no_inference",
        lambda p: bool(_workload(p).phases) and "inference" not in (_workload(p).phases or ()),
        {"inference_speed": 0.4},
        "only training is asked about",
    ),
    Rule(
        "many_devices",
        lambda p: scale_of(p) == "multi_node",
        {"distributed_training": 6.0, "training_speed": 1.3, "ease_of_use": 0.6},
        "training over several machines stands or falls with its distribution, and those who run "
        "it write their own loop",
    ),
    Rule(
        "some_devices",
        lambda p: scale_of(p) == "multi_device",
        {"distributed_training": 2.0},
        "several accelerators in one machine",
    ),
    Rule(
        "one_device",
        lambda p: scale_of(p) == "single",
        {"distributed_training": 0.3},
        "one device needs no distribution",
    ),
    Rule(
        "own_research_code",
        lambda p: _workload(p).custom_research_code is True,
        {"flexibility": 1.6, "debugging": 1.3},
        "own layers, losses or control flow are written and debugged",
    ),
    Rule(
        "dynamic_shapes",
        lambda p: _workload(p).dynamic_shapes is True,
        {"flexibility": 1.3},
        "shapes that change defeat tracing compilers",
    ),
    Rule(
        "pretrained_models",
        lambda p: _team(p).pretrained is True or "fine_tuning" in (_workload(p).phases or ()),
        {"research_ecosystem": 2.0, "interoperability": 1.2},
        "work starts from published weights",
    ),
    Rule(
        "from_nothing",
        lambda p: "pretraining" in (_workload(p).phases or ()) and not _team(p).pretrained,
        {"research_ecosystem": 0.6},
        "weights are trained from nothing, so published ones matter less",
    ),
    Rule(
        "beginners",
        lambda p: _team(p).beginners is True,
        {"ease_of_use": 2.5, "flexibility": 0.5, "research_ecosystem": 0.6},
        "the first weeks decide whether beginners get anywhere",
    ),
    Rule(
        "latency_or_load",
        _demanding_latency,
        {"inference_speed": 1.6},
        "a latency or a load is promised",
    ),
    Rule(
        "serverless",
        lambda p: _serving(p).serverless is True,
        {"startup_time": 4.0, "memory_efficiency": 1.5},
        "every cold start is paid by a user",
    ),
    Rule(
        "small_package",
        lambda p: _constraints(p).package_mb is not None,
        {"memory_efficiency": 1.6},
        "runtime and model must fit a stated size",
    ),
    Rule(
        "long_lived_artefact",
        lambda p: (_constraints(p).artefact_years or 0) >= 1,
        {"longevity": 1.6},
        "saved models must load for years",
    ),
    Rule(
        "patched_image",
        lambda p: _constraints(p).vendor_patched_image is True,
        {"security": 1.5, "production_ecosystem": 1.3},
        "somebody else must patch the image",
    ),
    Rule(
        "untrusted_models",
        lambda p: _constraints(p).untrusted_models is True,
        {"security": 2.0},
        "model files from outside are programs from outside",
    ),
    Rule(
        "deterministic",
        lambda p: _constraints(p).deterministic is True,
        {"reproducibility": 3.0},
        "results must repeat bit by bit",
    ),
    Rule(
        "little_time",
        lambda p: (_constraints(p).weeks or 1e9) <= 8,
        {"ease_of_use": 1.4, "team_fit": 1.5, "longevity": 0.8},
        "there is no time to learn something new",
    ),
    Rule(
        "code_to_keep",
        _code_to_keep,
        {"team_fit": 1.8},
        "existing code would have to be rewritten",
    ),
    Rule(
        "unusual_accelerator",
        lambda p: bool(set(_platform(p).accelerators or ()) - {"nvidia", "none"}),
        {"accelerator_support": 4.0},
        "away from NVIDIA, support differs most, and without it nothing runs",
    ),
    Rule(
        "cpu_only",
        lambda p: _platform(p).accelerators == ("none",),
        {"accelerator_support": 0.4},
        "without an accelerator its support matters little",
    ),
    Rule(
        "not_only_linux",
        lambda p: bool(set(_platform(p).os or ()) - {"linux"}),
        {"platform_support": 1.6},
        "away from Linux, support differs most",
    ),
)

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
    """When it fires, what it multiplies, and why.

    A rule of several cases multiplies by the factors of each case that holds, and fires where one
    of them does.
    """

    id: str
    cases: tuple[tuple[Callable[[Profile], bool], Factors], ...]
    reason: str

    def when(self, profile: Profile) -> bool:
        """Whether it fires."""
        return any(holds(profile) for holds, _ in self.cases)

    def factors(self, profile: Profile) -> Factors:
        """What it multiplies the swing weights by; empty where it does not fire."""
        found: dict[CriterionId, float] = {}
        for holds, factors in self.cases:
            if holds(profile):
                for criterion, factor in factors.items():
                    found[criterion] = found.get(criterion, 1.0) * factor
        return found


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


def _code_in_production(profile: Profile) -> bool:
    team = _team(profile)
    kept = set(team.existing_code or ()) - set(team.leaving or ())
    return "production" in profile.stages and bool(kept)


def _demanding_latency(profile: Profile) -> bool:
    scale = profile.scale
    return scale is not None and (scale.p99_ms is not None or bool(scale.requests_per_second))


RULES: tuple[Rule, ...] = (
    Rule(
        "stays_in_the_lab",
        (
            (
                lambda p: p.targets == (),
                {"deployment": 0.2, "production_ecosystem": 0.5, "inference_speed": 0.5},
            ),
        ),
        "the model never leaves the lab, so nothing is deployed",
    ),
    Rule(
        "runs_on_devices",
        (
            (
                lambda p: bool(_kinds(p) & ON_DEVICE),
                {"deployment": 3.0, "memory_efficiency": 1.2},
            ),
        ),
        "the way onto a device decides whether there is a product",
    ),
    Rule(
        "inference_only",
        (
            (
                lambda p: _workload(p).phases == ("inference",),
                {
                    "training_speed": 0.2, "distributed_training": 0.2, "inference_speed": 1.5,
                    "ease_of_use": 0.3, "flexibility": 0.3, "debugging": 0.5,
                },
            ),
        ),
        "nothing is written or trained anew; a finished model is run",
    ),
    Rule(
        "no_inference",
        (
            (
                lambda p: bool(_workload(p).phases)
                and "inference" not in (_workload(p).phases or ()),
                {"inference_speed": 0.4},
            ),
        ),
        "only training is asked about",
    ),
    Rule(
        "several_devices",
        (
            (
                lambda p: scale_of(p) == "multi_node",
                {"distributed_training": 6.0, "training_speed": 1.3, "ease_of_use": 0.6},
            ),
            (lambda p: scale_of(p) == "multi_device", {"distributed_training": 2.0}),
        ),
        "training over several devices stands or falls with its distribution, and those who run "
        "it over several machines write their own loop",
    ),
    Rule(
        "own_research_code",
        (
            (
                lambda p: _workload(p).custom_research_code is True,
                {"flexibility": 1.6, "debugging": 1.3},
            ),
            (lambda p: _workload(p).dynamic_shapes is True, {"flexibility": 1.3}),
        ),
        "own layers, losses or control flow are written and debugged, and shapes that change "
        "defeat compilers that trace",
    ),
    Rule(
        "pretrained_models",
        (
            (
                lambda p: _team(p).pretrained is True
                or "fine_tuning" in (_workload(p).phases or ()),
                {"research_ecosystem": 2.0, "interoperability": 1.2},
            ),
        ),
        "work starts from published weights",
    ),
    Rule(
        "beginners",
        (
            (
                lambda p: _team(p).beginners is True,
                {"ease_of_use": 2.5, "flexibility": 0.5, "research_ecosystem": 0.6},
            ),
        ),
        "the first weeks decide whether beginners get anywhere",
    ),
    Rule(
        "little_time",
        (
            (
                lambda p: (_constraints(p).weeks or 1e9) <= 8,
                {"ease_of_use": 1.4, "team_fit": 1.5, "longevity": 0.8},
            ),
        ),
        "there is no time to learn something new",
    ),
    Rule(
        "demanded_outright",
        (
            (_demanding_latency, {"inference_speed": 1.6}),
            (
                lambda p: _serving(p).serverless is True,
                {"startup_time": 4.0, "memory_efficiency": 1.5},
            ),
            (lambda p: _constraints(p).package_mb is not None, {"memory_efficiency": 1.6}),
            (lambda p: (_constraints(p).artefact_years or 0) >= 1, {"longevity": 1.6}),
            (
                lambda p: _constraints(p).vendor_patched_image is True,
                {"security": 1.5, "production_ecosystem": 1.3},
            ),
            (lambda p: _constraints(p).untrusted_models is True, {"security": 1.5}),
            (lambda p: _constraints(p).deterministic is True, {"reproducibility": 3.0}),
        ),
        "what a project demands outright weighs more than what it leaves open",
    ),
    Rule(
        "code_in_production",
        ((_code_in_production, {"team_fit": 3.0}),),
        "what runs in production would have to be rewritten, retrained and exported anew",
    ),
    Rule(
        "unusual_accelerator",
        (
            (
                lambda p: bool(set(_platform(p).accelerators or ()) - {"nvidia", "none"}),
                {"accelerator_support": 4.0},
            ),
        ),
        "away from NVIDIA, support differs most, and without it nothing runs",
    ),
    Rule(
        "not_only_linux",
        (
            (
                lambda p: bool(set(_platform(p).os or ()) - {"linux"}),
                {"platform_support": 1.6},
            ),
        ),
        "away from Linux, support differs most",
    ),
)  # fmt: skip

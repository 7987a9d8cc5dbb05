"""What the profile says about the circumstances, and what that means for statements.

A facet is the part of a profile that a criterion is judged for: deployment is judged for each
target, accelerator support for each accelerator. Where the profile is silent, a prior stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from framework_advisor.decision.priors import PRIORS, DecisionFacet, prior_of
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Inference, Unknown
from framework_knowledge.models import Circumstances, Scale

#: Wishes that count only where they are stated: silence is taken for no.
NOT_ASKED_FOR: Mapping[str, str] = {
    "/workload/phases": "training and inference are weighed as for any project",
    "/workload/dynamic_shapes": "shapes are taken to be fixed",
    "/serving/serverless": "cold starts are not weighed more",
    "/serving/npu": "no NPU is asked for",
    "/constraints/vendor_patched_image": "no vendor's image is asked for",
    "/constraints/untrusted_models": "model files are taken to be the project's own",
    "/constraints/deterministic": "bitwise repetition is not asked for",
    "/team/pretrained": "published weights are not asked for",
    "/team/beginners": "the team is taken to have some experience",
    "/team/existing_code": "no code is taken to exist",
}
#: Fields of the contract that no rule, gate or claim looks at yet.
NOT_JUDGED = (
    "/workload/model/batch",
    "/workload/model/sequence",
    "/workload/model/image",
    "/workload/model/layers",
    "/workload/model/width",
)


@dataclass(frozen=True, slots=True)
class FacetValues:
    """The values of one facet.

    Where the profile is silent they are ``drawn``: one value a draw, with the ``shares`` of the
    prior. Where it speaks, all of the ``required`` must be served, and the ``wished`` better were.
    """

    shares: Mapping[str, float]
    drawn: bool
    wished: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The values that must all be served; none where they are drawn."""
        return () if self.drawn else tuple(name for name in self.shares if name not in self.wished)


def facet_values(profile: Profile, facet: DecisionFacet) -> FacetValues:
    """The values that a profile gives for a facet, with shares that sum to 1.

    A wish counts half of a requirement. An empty list of targets (the model never leaves the lab)
    gives the one value ``""``, which matches only what is said without circumstances.
    """
    stated = _stated(profile, facet)
    if stated is None:
        return FacetValues(prior_of(profile, facet)[1], drawn=True)
    if not stated:
        return FacetValues({"": 1.0}, drawn=False)
    total = sum(stated.values())
    shares = {name: share / total for name, share in stated.items()}
    wished = tuple(name for name, share in stated.items() if share < 1.0)
    return FacetValues(shares, drawn=False, wished=wished)


def _stated(profile: Profile, facet: DecisionFacet) -> Mapping[str, float] | None:
    platform, workload = profile.platform, profile.workload
    match facet:
        case "none":
            return {}
        case "target":
            wishes = profile.target_wishes
            return None if wishes is None else {w.kind: 1.0 if w.required else 0.5 for w in wishes}
        case "accelerator":
            found = platform.accelerators if platform else None
            return dict.fromkeys(found, 1.0) if found else None
        case "os":
            systems = platform.os if platform else None
            return dict.fromkeys(systems, 1.0) if systems else None
        case "family":
            family = workload.family if workload else None
            return {family: 1.0} if family else None
        case "scale":
            scale = scale_of(profile)
            return {scale: 1.0} if scale else None
        case "execution":
            return _stated_execution(profile)
        case "fluency":
            team = profile.team
            return {} if team and (team.skills or team.existing_code) else None


def _stated_execution(profile: Profile) -> Mapping[str, float] | None:
    workload = profile.workload
    said = (workload.custom_research_code, workload.dynamic_shapes) if workload else (None, None)
    if any(said):
        return {"own_code": 1.0}
    return {"compiled": 1.0} if said[0] is False else None


def trains_from_nothing(profile: Profile) -> bool:
    """Whether a model is trained whose weights nobody has published."""
    phases = (profile.workload and profile.workload.phases) or ()
    pretrained = profile.team.pretrained if profile.team else None
    return pretrained is not True and "pretraining" in phases


def scale_of(profile: Profile) -> Scale | None:
    """One device, several on one machine, or several machines; None where nothing is said."""
    scale = profile.scale
    if scale is None or (scale.training_devices is None and scale.training_nodes is None):
        return _scale_of_model(profile)
    devices, nodes = scale.training_devices, scale.training_nodes or 0
    if devices is None:
        return "multi_node" if nodes > 1 else None
    # Machines hold up to eight accelerators; more than that is more than one machine.
    if nodes > 1 or devices > 8:
        return "multi_node"
    return "multi_device" if devices > 1 else "single"


#: Bytes held for each parameter in training: value, gradient and two moments of Adam in float32
#: (Rajbhandari et al., ZeRO, arXiv:1910.02054, section 3.1, counts 16 as well).
TRAINING_BYTES = 16
#: Memory of one accelerator as most large models are trained on, and of eight in one machine.
DEVICE_BYTES, DEVICES_PER_MACHINE = 80e9, 8


def _scale_of_model(profile: Profile) -> Scale | None:
    """The least scale at which a model of the stated size can be trained; None where it says none.

    A model that fits one device may still be trained on many, so it settles nothing.
    """
    workload = profile.workload
    if workload is None or workload.model is None or workload.model.parameters is None:
        return None
    if workload.phases and not {"pretraining", "training"} & set(workload.phases):
        return None
    needed = TRAINING_BYTES * workload.model.parameters / DEVICE_BYTES
    if needed > DEVICES_PER_MACHINE:
        return "multi_node"
    return "multi_device" if needed > 1 else None


def inferences(profile: Profile) -> tuple[Inference, ...]:
    """Every field that the decision uses and the profile leaves open, with its prior."""
    found = [
        Inference(field=pointer, prior=dict(prior), why=why)
        for facet in PRIORS
        if facet_values(profile, facet).drawn
        for pointer, prior, why in (prior_of(profile, facet),)
    ]
    found += [
        Inference(field=pointer, prior={"false": 1.0}, why=why)
        for pointer, why in NOT_ASKED_FOR.items()
        if _at(profile, pointer) is None
    ]
    if dtype_of(profile) is None:
        found.append(
            Inference(
                field="/workload/model/dtype",
                prior={"float32": 1.0},
                why="what every framework computes in unless told otherwise",
            )
        )
    return tuple(found)


def unused_fields(profile: Profile) -> tuple[Unknown, ...]:
    """Fields that the profile states and that nothing is judged by yet."""
    return tuple(
        Unknown(field=pointer, why="stated, but not judged by anything yet", resolve_by="read")
        for pointer in NOT_JUDGED
        if _at(profile, pointer) is not None
    )


def _at(profile: Profile, pointer: str) -> object:
    """What the profile says at a JSON pointer; None where it is silent."""
    found: object = profile
    for name in pointer.strip("/").split("/"):
        found = getattr(found, name, None)
    return found


def dtype_of(profile: Profile) -> str | None:
    """The dtype that the profile names."""
    model = profile.workload.model if profile.workload else None
    return model.dtype if model else None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Circumstances made ready to be looked at often: those that list values, and the others."""

    listed: tuple[tuple[str, frozenset[str]], ...]
    others: Circumstances | None


def conditions(when: Circumstances) -> Conditions:
    """Circumstances with what was not given left out: most statements name one or none."""
    given = [name for name in when.model_fields_set if getattr(when, name) not in (None, ())]
    listed = {name: frozenset(getattr(when, name)) for name in given if name in SAID}
    return Conditions(tuple(sorted(listed.items())), when if len(listed) < len(given) else None)


class Situation:
    """What a profile says on each circumstance; with ``required_only``, without mere wishes."""

    def __init__(self, profile: Profile, *, required_only: bool = False) -> None:
        self._profile = profile
        self._required_only = required_only
        self._kept: dict[str, frozenset[str]] = {}

    def _said(self, name: str) -> frozenset[str]:
        found = self._kept.get(name)
        if found is None:
            found = frozenset(SAID[name](self._profile, self._required_only))
            self._kept[name] = found
        return found

    def meets(self, wanted: Conditions, facet: DecisionFacet = "none", value: str = "") -> bool:
        """Whether what is said under these conditions applies; see ``applies``."""
        dimension = FACET_DIMENSION.get(facet)
        for name, values in wanted.listed:
            if name == dimension:
                if value not in values:
                    return False
            elif values.isdisjoint(self._said(name)):
                return False
        return wanted.others is None or (
            _flags_match(wanted.others, self._profile)
            and _python_matches(wanted.others, self._profile)
        )


def applies(
    when: Circumstances,
    profile: Profile,
    facet: DecisionFacet = "none",
    value: str = "",
    *,
    required_only: bool = False,
) -> bool:
    """Whether a statement with these circumstances applies to the profile.

    Every circumstance that is given must match; a circumstance on which the profile is silent does
    not. For the facet in question ``value`` stands in for what the profile says.
    ``required_only`` leaves out targets that are mere wishes.
    """
    if not when.model_fields_set:
        return True
    situation = Situation(profile, required_only=required_only)
    return situation.meets(conditions(when), facet, value)


#: Where the circumstances of a statement name the values of a facet.
FACET_DIMENSION: Mapping[str, str] = {
    "target": "targets",
    "accelerator": "accelerators",
    "os": "os",
    "family": "families",
    "scale": "scale",
    "execution": "custom_research_code",
}


#: What the profile says on each circumstance that lists values; the flag leaves out mere wishes.
SAID: Mapping[str, Callable[[Profile, bool], Collection[str]]] = {
    "targets": lambda p, required: [
        t if isinstance(t, str) else t.kind
        for t in p.targets or ()
        if isinstance(t, str) or t.required or not required
    ],
    "accelerators": lambda p, _: (p.platform and p.platform.accelerators) or (),
    "os": lambda p, _: (p.platform and p.platform.os) or (),
    "families": lambda p, _: _given(p.workload.family if p.workload else None),
    "scale": lambda p, _: _given(scale_of(p)),
    "stages": lambda p, _: p.stages,
    "cloud": lambda p, _: (p.platform and p.platform.cloud) or (),
}


def _given(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _flags_match(when: Circumstances, profile: Profile) -> bool:
    constraints, team, serving = profile.constraints, profile.team, profile.serving
    pairs = (
        (when.npu, serving.npu if serving else None),
        (when.untrusted_models, constraints.untrusted_models if constraints else None),
        (when.vendor_patched_image, constraints.vendor_patched_image if constraints else None),
        (when.beginners, team.beginners if team else None),
        (when.pretrained, team.pretrained if team else None),
        (
            when.custom_research_code,
            profile.workload.custom_research_code if profile.workload else None,
        ),
    )
    return all(wanted is None or wanted == given for wanted, given in pairs) and (
        when.artefact_years_min is None
        or ((constraints and constraints.artefact_years) or 0.0) >= when.artefact_years_min
    )


def _python_matches(when: Circumstances, profile: Profile) -> bool:
    if when.python_min is None and when.python_max is None:
        return True
    python = profile.platform.python if profile.platform else None
    if python is None:
        return False
    minor = _minor(python)
    return (when.python_min is None or minor >= _minor(when.python_min)) and (
        when.python_max is None or minor <= _minor(when.python_max)
    )


def _minor(version: str) -> int:
    return int(version.split(".")[1])

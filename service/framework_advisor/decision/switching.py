"""What moving existing code to the pick costs, in kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from framework_advisor.decision.requirements import Stack
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Switching
from framework_knowledge.models import FrameworkId, Snapshot

Kind = Literal["rewrite", "retrain", "re_export", "retrain_people", "none"]


@dataclass(frozen=True, slots=True)
class Move:
    """What a move costs in kind, why, and the claims that say so."""

    kinds: tuple[Kind, ...]
    why: str
    evidence: tuple[str, ...] = ()


REWRITE = Move(
    ("rewrite", "retrain", "re_export"),
    "model code, training loop and exports are written anew; weights carry over only layer by "
    "layer, with a check of equality",
)
#: Moves that cost less than that.
CHEAPER: Mapping[tuple[FrameworkId, FrameworkId], Move] = {
    ("tensorflow", "keras"): Move(
        ("re_export",),
        "tf.keras code is Keras 3 since TensorFlow 2.16; what calls TensorFlow itself is rewritten "
        "with keras.ops or stays on the TensorFlow backend",
        ("tf_keras_split", "keras_and_openvino"),
    ),
    ("keras", "tensorflow"): Move(
        ("re_export",),
        "Keras models run on TensorFlow as they are; own layers may move to TensorFlow's API",
        ("keras_and_openvino",),
    ),
    ("keras", "jax"): Move(
        ("rewrite", "re_export"),
        "Keras models run on the JAX backend as they are, but JAX alone has no layers: the model "
        "moves to one of its libraries",
        ("keras_and_openvino",),
    ),
    ("keras", "pytorch"): Move(
        ("rewrite", "re_export"),
        "a Keras model on the PyTorch backend is a torch module and can be kept while the rest "
        "is rewritten",
        ("keras_and_openvino",),
    ),
}
#: From this skill on, people need no training.
FLUENT = 0.5


def switching(profile: Profile, pick: Stack, snapshot: Snapshot) -> tuple[Switching, ...]:
    """One entry for each framework in which code exists and which is not the pick."""
    team = profile.team
    if team is None or not team.existing_code:
        return ()
    fluent = (team.skills or {}).get(pick.framework, 0.0) >= FLUENT
    known = {claim.id for claim in snapshot.claims}
    return tuple(
        _move(code, pick, fluent, known) for code in team.existing_code if code != pick.framework
    )


def _move(code: FrameworkId, pick: Stack, fluent: bool, known: set[str]) -> Switching:
    move = CHEAPER.get((code, pick.framework), REWRITE)
    why = move.why
    if code == pick.backend:
        why += f"; {pick.framework} runs on {code} here, so old and new share one environment"
    people: tuple[Kind, ...] = () if fluent else ("retrain_people",)
    return Switching(
        from_=code,
        to=pick.framework,
        kinds=(*move.kinds, *people),
        why=why,
        evidence=tuple(e for e in move.evidence if e in known),
    )

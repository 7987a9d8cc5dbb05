"""What moving existing code to the pick costs, in kind.

A move that costs less than writing everything anew rests on claims, and counts only on days on
which one of them was known: what Keras 3 made easy was not easy in 2019.
"""

from __future__ import annotations

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

    source: FrameworkId
    to: FrameworkId
    kinds: tuple[Kind, ...]
    why: str
    evidence: tuple[str, ...]


#: Of a pair of frameworks the first move counts of whose claims one is known.
CHEAPER: tuple[Move, ...] = (
    Move(
        "tensorflow",
        "keras",
        ("re_export",),
        "tf.keras code is Keras 3 since TensorFlow 2.16; what calls TensorFlow itself is rewritten "
        "with keras.ops or stays on the TensorFlow backend",
        ("tf_keras_split",),
    ),
    Move(
        "tensorflow",
        "keras",
        ("re_export",),
        "tf.keras is the same interface; what calls TensorFlow itself stays as it is",
        ("tf_two_generations", "tf_keras_settled"),
    ),
    Move(
        "tensorflow",
        "keras",
        ("rewrite", "re_export"),
        "models are written anew in Keras' layers, on the TensorFlow that is there",
        ("keras_2_interface",),
    ),
    Move(
        "keras",
        "tensorflow",
        ("re_export",),
        "Keras models run on TensorFlow as they are; own layers may move to TensorFlow's API",
        ("keras_2_interface", "keras_on_tf_alone", "keras_runs_on_three", "keras_and_openvino"),
    ),
    Move(
        "keras",
        "jax",
        ("rewrite", "re_export"),
        "Keras models run on the JAX backend as they are, but JAX alone has no layers: the model "
        "moves to one of its libraries",
        ("keras_runs_on_three", "keras_and_openvino"),
    ),
    Move(
        "keras",
        "pytorch",
        ("rewrite", "re_export"),
        "a Keras model on the PyTorch backend is a torch module and can be kept while the rest "
        "is rewritten",
        ("keras_runs_on_three", "keras_and_openvino"),
    ),
    Move(
        "jax",
        "tensorflow",
        ("rewrite", "re_export"),
        "functions written in JAX become functions of TensorFlow by jax2tf, weights and all, and "
        "can be kept while the rest is rewritten",
        ("jax2tf",),
    ),
)
REWRITE: tuple[Kind, ...] = ("rewrite", "retrain", "re_export")
REWRITE_WHY = (
    "model code, training loop and exports are written anew; weights carry over only layer by "
    "layer, with a check of equality (this project's judgement: no source was read on it)"
)
#: From this skill on, people need no training.
FLUENT = 0.5


def switching(profile: Profile, pick: Stack, snapshot: Snapshot) -> tuple[Switching, ...]:
    """One entry for each framework in which code exists and which is not the pick."""
    team = profile.team
    if team is None or not team.existing_code:
        return ()
    fluent = (team.skills or {}).get(pick.framework, 0.0) >= FLUENT
    known = frozenset(claim.id for claim in snapshot.claims)
    return tuple(
        _move(code, pick, fluent, known) for code in team.existing_code if code != pick.framework
    )


def _move(code: FrameworkId, pick: Stack, fluent: bool, known: frozenset[str]) -> Switching:
    move = next(
        (
            each
            for each in CHEAPER
            if (each.source, each.to) == (code, pick.framework)
            and known.intersection(each.evidence)
        ),
        None,
    )
    kinds, why = (move.kinds, move.why) if move else (REWRITE, REWRITE_WHY)
    if code == pick.backend:
        why += f"; {pick.framework} runs on {code} here, so old and new share one environment"
    people: tuple[Kind, ...] = () if fluent else ("retrain_people",)
    return Switching(
        from_=code,
        to=pick.framework,
        kinds=(*kinds, *people),
        why=why,
        evidence=tuple(e for e in (move.evidence if move else ()) if e in known),
    )

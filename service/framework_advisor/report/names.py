"""How things are called in texts for people."""

from __future__ import annotations

from framework_advisor.recommendation import Flip, Status

TITLES = {
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "jax": "JAX",
}

#: What a status says of the choice.
CERTAINTY: dict[Status, str] = {
    "clear": "Clear: the pick is the best in at least four of five draws over weights, facts and "
    "measurement noise.",
    "lean": "Leaning: the pick is the best more often than not; another choice can be defended.",
    "toss_up": "A toss-up: no choice is the best often enough, or the choice hardly matters.",
    "infeasible": "Infeasible: no framework meets every hard requirement.",
    "insufficient_evidence": "Not enough evidence: more than half of the weight rests on what is "
    "not known.",
}


def flip_sentence(flip: Flip) -> str:
    """One flip in words."""
    new = TITLES[flip.new_pick]
    if flip.kind == "weight":
        name = flip.criterion.replace("_", " ")
        return f"weight of {name} from {flip.from_:.3f} to {flip.to:.3f}: a tie with {new}"
    if flip.kind == "fact":
        return f"{flip.evidence} ({flip.framework}) from {flip.from_} to {flip.to}: {new}"
    verb = "dropping" if flip.change == "drop" else "adding"
    return f"{verb} the requirement '{flip.requirement}': {new}"

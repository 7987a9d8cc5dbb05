"""How a project's code runs, and which measured tiers speak of that.

A standard model can be compiled, and whoever may compile need not: the faster of the two tiers is
what a project would run. Code of one's own (layers, losses, control flow, shapes that change) runs
as the framework's users usually run it: PyTorch eager, JAX under jit. Which that is stands in the
knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from framework_advisor.recommendation import Contender
from framework_knowledge.models import Snapshot, Subject

Tier = Literal["eager", "compiled"]
BOTH: frozenset[Tier] = frozenset({"eager", "compiled"})
Everyday = Mapping[Subject, Tier]


def everyday_tiers(snapshot: Snapshot) -> Everyday:
    """The tier in which the users of each stack run code of their own."""
    return {
        subject: "compiled" if piece.compiled else "eager"
        for piece in reversed(snapshot.pieces)
        if piece.everyday
        for subject in piece.subjects
    }


def usable_tiers(execution: str, subject: str, everyday: Everyday) -> frozenset[Tier]:
    """The tiers that a stack would run in; eager where the knowledge does not say."""
    if execution == "compiled":
        return BOTH
    own = {str(name): tier for name, tier in everyday.items()}
    return frozenset({own.get(subject, "eager")})


def subject_of(contender: Contender) -> str:
    """``pytorch`` or ``keras:jax``."""
    if contender.backend is None or contender.backend == contender.framework:
        return contender.framework
    return f"{contender.framework}:{contender.backend}"

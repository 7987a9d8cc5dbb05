"""What to build with today, per framework and target, and what became of the article's systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from framework_advisor import Profile
from framework_advisor.decision.piece_fit import SERVED
from framework_advisor.decision.requirements import Stack as Candidate
from framework_advisor.decision.requirements import stacks_of
from framework_advisor.decision.stacks import build_stack
from framework_advisor.recommendation import Stack, StackPiece
from framework_knowledge import Knowledge
from framework_knowledge.models import ArticleSystem, Piece, Snapshot, Target
from pages.markdown import claim_links, header, row

TITLES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "keras": "Keras", "jax": "JAX"}
#: Profiles for which the pieces that serve every target are shown.
CIRCUMSTANCES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("interface", "api", {}),
    ("execution of a standard model", "execution", {"workload": {"custom_research_code": False}}),
    ("execution of code of one's own", "execution", {"workload": {"custom_research_code": True}}),
    ("several devices", "distribution", {"scale": {"training_devices": 4}}),
    ("several machines", "distribution", {"scale": {"training_devices": 64}}),
    ("data", "data", {}),
)
COLUMNS = ("choice", "stands", "since", "successor", "must hold", "next to it", "evidence")


def stacks(knowledge: Knowledge) -> Iterator[str]:
    """Per framework and target the stack of the day of the check, and the article's systems."""
    snapshot = knowledge.snapshot(knowledge.checked_on)
    pieces = {piece.id: piece for piece in snapshot.pieces}
    yield "# Stacks"
    yield ""
    yield (
        f"What the advisor builds with as of {snapshot.as_of}, where a profile says nothing but "
        "the target. Pieces go together: an export is offered only with a server that reads it. "
        "What must hold is judged against the profile where the profile can say it. A language "
        "model, a recommender, an NPU and other circumstances have pieces of their own, which "
        "stand in an answer with the reason why the others come second."
    )
    for candidate in stacks_of(snapshot):
        yield from _framework(snapshot, candidate, pieces)
    yield from _systems(knowledge)


def _framework(
    snapshot: Snapshot, candidate: Candidate, pieces: Mapping[str, Piece]
) -> Iterator[str]:
    backend = "" if candidate.backend == candidate.framework else f" on {TITLES[candidate.backend]}"
    yield from ("", f"## {TITLES[candidate.framework]}{backend}", "")
    yield from header("", *COLUMNS)
    for title, place, asked in CIRCUMSTANCES:
        profile = Profile.model_validate({"stage": "production"} | asked)
        stack = build_stack(profile, snapshot, candidate)
        yield _row(title, getattr(stack, place), pieces)
    yield ""
    yield from header("target", *COLUMNS)
    for target in get_args(Target):
        profile = Profile.model_validate({"stage": "production", "targets": [target]})
        stack = build_stack(profile, snapshot, candidate)
        yield from _target(target, stack, pieces)


def _target(target: str, stack: Stack, pieces: Mapping[str, Piece]) -> Iterator[str]:
    name = target.replace("_", " ")
    yield _row(f"{name}: export" if target in SERVED else name, stack.export[0], pieces)
    if target in SERVED:
        yield _row(f"{name}: server", stack.serving, pieces)


def _row(title: str, chosen: StackPiece, pieces: Mapping[str, Piece]) -> str:
    piece = pieces.get(chosen.piece or "")
    successor = pieces.get(piece.successor or "") if piece else None
    others = [f"{other.choice} ({other.why_not_first})" for other in chosen.alternatives]
    reservation = f" *No claim carries {chosen.unsourced}.*" if chosen.unsourced else ""
    return row(
        title,
        f"**{chosen.choice}**: {chosen.why}{reservation}",
        chosen.maturity or "",
        str(chosen.since or ""),
        successor.choice if successor else "",
        "; ".join(chosen.requires),
        "; ".join(others),
        claim_links(chosen.evidence),
    )


def _systems(knowledge: Knowledge) -> Iterator[str]:
    choices = {piece.id: piece.choice for piece in knowledge.pieces}
    yield from ("", "## What became of the systems that the article names", "")
    yield from header(
        "system", "as", "of", "from", "to", "stands", "successor", "in words", "evidence"
    )
    for system in get_args(ArticleSystem):
        mine = [piece for piece in knowledge.pieces if system in piece.systems]
        for piece in sorted(mine, key=lambda p: (str(p.valid_from or ""), p.id)):
            yield row(
                system,
                f"{piece.kind}: {piece.choice}",
                ", ".join(piece.subjects),
                str(piece.valid_from or "the beginning"),
                str(piece.valid_until or "today"),
                piece.maturity,
                choices.get(piece.successor or "", ""),
                piece.why,
                claim_links(piece.evidence),
            )

"""The pieces to build with: for each kind, the first piece of the knowledge that fits."""

from __future__ import annotations

from framework_advisor.decision.circumstances import applies, facet_values
from framework_advisor.decision.requirements import Stack as Candidate
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Stack, StackPiece
from framework_knowledge.models import Piece, PieceKind, Snapshot

#: A piece in one of these states is never built on anew.
GONE = frozenset({"deprecated", "ended"})


def build_stack(profile: Profile, snapshot: Snapshot, candidate: Candidate) -> Stack:
    """The stack for a candidate: one piece of each kind, an export for each target."""

    def first(kind: PieceKind, target: str = "") -> StackPiece:
        return _first(profile, snapshot, candidate, kind, target, compiles)

    compiles = facet_values(profile, "execution").shares.get("compiled", 0.0) >= 0.5
    targets = [wish.kind for wish in profile.target_wishes or ()]
    return Stack(
        api=first("api"),
        backend=_backend(snapshot, candidate),
        execution=first("execution"),
        export=tuple(first("export", target) for target in targets),
        serving=_serving(profile, snapshot, candidate, compiles),
        distribution=first("distribution"),
        data=first("data"),
    )


def _serving(
    profile: Profile, snapshot: Snapshot, candidate: Candidate, compiles: bool
) -> StackPiece:
    """What serves the first target that is served at all: a phone or a browser serves itself."""
    if profile.targets is None:
        return StackPiece(choice="open", why="the profile does not say where the model runs")
    pieces = [
        _first(profile, snapshot, candidate, "serving", wish.kind, compiles)
        for wish in profile.target_wishes or ()
    ]
    none = StackPiece(choice="none needed", why="the model runs within the application")
    return next((piece for piece in pieces if piece.choice != "none needed"), none)


def _first(
    profile: Profile,
    snapshot: Snapshot,
    candidate: Candidate,
    kind: PieceKind,
    target: str,
    compiles: bool,
) -> StackPiece:
    for piece in snapshot.pieces:
        if piece.kind == kind and _fits(piece, profile, candidate, target, compiles):
            return StackPiece(
                choice=piece.choice,
                why=piece.why,
                evidence=piece.evidence,
                target=target if kind == "export" else None,
            )
    if kind == "export":
        return StackPiece(
            choice="no path known",
            why=f"the knowledge holds no path from {candidate.subject} to {target}",
            target=target,
        )
    return StackPiece(choice="none needed", why="nothing in the profile asks for one")


def _fits(
    piece: Piece, profile: Profile, candidate: Candidate, target: str, compiles: bool
) -> bool:
    if piece.maturity in GONE or not set(candidate.looked_up_as()[:2]) & set(piece.subjects):
        return False
    if piece.kind == "execution" and not (piece.compiled if compiles else piece.everyday):
        return False
    return applies(piece.when, profile, "target" if target else "none", target)


def _backend(snapshot: Snapshot, candidate: Candidate) -> StackPiece:
    framework = next(f for f in snapshot.frameworks if f.id == candidate.backend)
    own = candidate.backend == candidate.framework
    return StackPiece(
        choice=f"{framework.title} {framework.version}",
        why="runs on itself" if own else "the backend with the highest mean value for this profile",
        evidence=framework.evidence,
    )

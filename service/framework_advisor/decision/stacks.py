"""What to build with: the best combination of pieces that go together.

A stack has one API, execution, distribution and way of feeding data, and for each target an export
and, where the target is a server, what serves it. Each slot's pieces come best first; combinations
are enumerated in that order and those whose pieces contradict each other are passed over, so the
first one is the best. Nothing more is enumerated than is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from framework_advisor.decision.circumstances import scale_of
from framework_advisor.decision.deployed_paths import DeployedPaths
from framework_advisor.decision.piece_fit import (
    RAN_IN_WORDS,
    SERVED,
    Offers,
    Slot,
    as_run,
    closeness,
    offers,
    requirements_for,
)
from framework_advisor.decision.requirements import Stack as Candidate
from framework_advisor.profile import Profile
from framework_advisor.recommendation import AlternativePiece, Stack, StackPiece, Unknown
from framework_knowledge.models import Piece, Scale, Snapshot

#: Slots whose pieces serve every target.
SHARED = (Slot("api"), Slot("execution"), Slot("distribution"), Slot("data"))

NO_PATH = "no path known"
#: Scales at which training must be spread.
SEVERAL: frozenset[Scale] = frozenset({"multi_device", "multi_node"})

#: The piece in each slot; None where none is needed or none is known.
Combination = Mapping[Slot, Piece | None]


@dataclass(frozen=True, slots=True)
class _Choice:
    """A combination, and what each of its slots could have held."""

    profile: Profile
    chosen: Combination
    offers: Mapping[Slot, Offers]


def build_stack(
    profile: Profile,
    snapshot: Snapshot,
    candidate: Candidate,
    paths: DeployedPaths | None = None,
) -> Stack:
    """The stack for a candidate: the best combination, and what stood next to each choice.

    ``paths`` are the exports that were tried on the profile's hosts.
    """
    targets = tuple(wish.kind for wish in profile.target_wishes or ())
    found = offers(profile, snapshot, candidate, slots_for(targets), paths)
    choice = _Choice(profile, next(combinations(found, targets)), found)
    servers = _servers(choice, targets)
    return Stack(
        api=_piece(choice, Slot("api")),
        backend=_backend(snapshot, candidate),
        execution=_piece(choice, Slot("execution")),
        export=tuple(_piece(choice, Slot("export", target)) for target in targets),
        serving=servers[0],
        further_serving=servers[1:],
        distribution=_piece(choice, Slot("distribution")),
        data=_piece(choice, Slot("data")),
    )


def gaps(stack: Stack, candidate: Candidate) -> tuple[Unknown, ...]:
    """Places for which the knowledge holds no piece that fits: said rather than passed over."""
    return tuple(
        Unknown(
            requirement="a complete stack",
            framework=candidate.framework,
            stack=candidate.subject,
            why="; ".join([piece.why, *(_ruled_out(other) for other in piece.alternatives)]),
            resolve_by="read",
        )
        for _, piece in stack.pieces()
        if piece.choice == NO_PATH
    )


def _ruled_out(other: AlternativePiece) -> str:
    return f"{other.choice}: {other.why_not_first}"


def slots_for(targets: Sequence[str]) -> tuple[Slot, ...]:
    """Every slot of a stack for these targets."""
    return (
        *SHARED,
        *(Slot("export", target) for target in targets),
        *(Slot("serving", target) for target in targets if target in SERVED),
    )


def combinations(found: Mapping[Slot, Offers], targets: Sequence[str]) -> Iterator[Combination]:
    """Every consistent full combination, best first, one at a time as they are asked for."""
    for pieces in product(*(found[slot].fitting or (None,) for slot in SHARED)):
        shared = dict(zip(SHARED, pieces, strict=True))
        if _consistent(shared, {}):
            for exported in _per_target(found, targets, shared):
                yield {**shared, **exported}


def _per_target(
    found: Mapping[Slot, Offers], targets: Sequence[str], shared: Combination
) -> Iterator[dict[Slot, Piece | None]]:
    if not targets:
        yield {}
        return
    for pair in _pairs(found, targets[0]):
        if _consistent(pair, shared):
            for rest in _per_target(found, targets[1:], shared):
                yield {**pair, **rest}


def _pairs(found: Mapping[Slot, Offers], target: str) -> list[dict[Slot, Piece | None]]:
    """Export and server for one target: complete pairs first; nothing at all comes last."""
    slots = [slot for slot in (Slot("export", target), Slot("serving", target)) if slot in found]
    every = product(*((*found[slot].fitting, None) for slot in slots))
    pairs = [dict(zip(slots, pieces, strict=True)) for pieces in every]
    return sorted(pairs, key=lambda pair: sum(piece is None for piece in pair.values()))


def _consistent(pieces: Combination, given: Combination) -> bool:
    """Whether every piece finds the pieces that it requires."""
    together = {piece.id for piece in (*pieces.values(), *given.values()) if piece}
    return all(
        not required.pieces or together.intersection(required.pieces)
        for piece in pieces.values()
        if piece
        for required in piece.requires
    )


def _servers(choice: _Choice, targets: Sequence[str]) -> tuple[StackPiece, ...]:
    """What serves, one entry for each server needed: a phone or a browser serves itself."""
    if choice.profile.targets is None:
        return (StackPiece(choice="open", why="the profile does not say where the model runs"),)
    distinct: dict[str | None, StackPiece] = {}
    for target in targets:
        if target in SERVED:
            server = _piece(choice, Slot("serving", target))
            distinct.setdefault(server.piece, server)
    none = StackPiece(choice="none needed", why="the model runs within the application")
    return tuple(distinct.values()) or (none,)


def _piece(choice: _Choice, slot: Slot) -> StackPiece:
    piece = choice.chosen[slot]
    target = slot.target or None
    if piece is None:
        return _empty(choice, slot)
    return StackPiece(
        choice=piece.choice,
        why=piece.why,
        evidence=(*_evidence(piece), *(p.id for p in choice.offers[slot].tried.get(piece.id, ()))),
        target=target,
        piece=piece.id,
        maturity=piece.maturity,
        since=piece.valid_from,
        compiler=piece.compiler,
        requires=tuple(_requirements(piece, choice, slot.target)),
        unsourced=piece.unsourced,
        alternatives=_alternatives(choice, slot),
    )


def _empty(choice: _Choice, slot: Slot) -> StackPiece:
    """Nothing is needed in a slot, or nothing is known that fits; which of the two it is."""
    if slot.kind == "distribution" and scale_of(choice.profile) not in SEVERAL:
        return StackPiece(choice="none needed", why="nothing in the profile asks for one")
    place = f" for {slot.target}" if slot.target else ""
    return StackPiece(
        choice=NO_PATH,
        why=f"the knowledge holds no {slot.kind}{place} that fits the profile",
        target=slot.target or None,
        alternatives=_alternatives(choice, slot),
    )


def _evidence(piece: Piece) -> tuple[str, ...]:
    required = (each for requirement in piece.requires for each in requirement.evidence)
    return tuple(dict.fromkeys((*piece.evidence, *required)))


def _requirements(piece: Piece, choice: _Choice, target: str) -> Iterator[str]:
    chosen = {
        each.id: each.choice
        for slot, each in choice.chosen.items()
        if each and slot.target in ("", target)
    }
    for required in requirements_for(piece, target):
        yield from required.in_words()
        yield from (f"goes with: {chosen[name]}" for name in required.pieces if name in chosen)


def _alternatives(choice: _Choice, slot: Slot) -> tuple[AlternativePiece, ...]:
    held, found = choice.chosen[slot], choice.offers[slot]
    others = [
        (piece, _why_not_first(piece, held, choice, slot))
        for piece in found.fitting
        if piece is not held
    ]
    return tuple(
        AlternativePiece(
            piece=piece.id, choice=piece.choice, maturity=piece.maturity, why_not_first=reason
        )
        for piece, reason in (*others, *found.broken)
    )


def _why_not_first(piece: Piece, held: Piece | None, choice: _Choice, slot: Slot) -> str:
    compiles = choice.offers[slot].compiles
    beside = {s: p for s, p in choice.chosen.items() if s != slot and s.target in ("", slot.target)}
    if held is None or not _consistent({**beside, slot: piece}, {}):
        return "does not go with the other pieces"
    if as_run(piece, compiles) != as_run(held, compiles):
        return "not how code like the profile's is run"
    if closeness(piece) < closeness(held):
        return "speaks less closely of the circumstances"
    ran, held_ran = (choice.offers[slot].ran(each) for each in (piece, held))
    if (piece.maturity == held.maturity or "partly" in (ran, held_ran)) and ran != held_ran:
        return f"{RAN_IN_WORDS[ran]}, while the choice {RAN_IN_WORDS[held_ran]}"
    if piece.maturity != held.maturity:
        return f"{piece.maturity}, while the choice is {held.maturity}"
    return "fits as well; stands second in this project's judgement"


def _backend(snapshot: Snapshot, candidate: Candidate) -> StackPiece:
    framework = next(f for f in snapshot.frameworks if f.id == candidate.backend)
    own = candidate.backend == candidate.framework
    return StackPiece(
        choice=f"{framework.title} {framework.version}",
        why="runs on itself" if own else "the backend with the highest mean value for this profile",
        evidence=framework.evidence,
    )

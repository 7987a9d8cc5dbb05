"""Which pieces fit a candidate and a profile, in which order, and why one does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from framework_advisor.decision.circumstances import applies, facet_values
from framework_advisor.decision.deployed_paths import DeployedPaths, verdict_of, why_failed
from framework_advisor.decision.measurements import MeasuredPath
from framework_advisor.decision.priors import DecisionFacet
from framework_advisor.decision.requirements import Stack as Candidate
from framework_advisor.profile import Profile
from framework_knowledge.models import (
    GONE,
    Circumstances,
    Maturity,
    Piece,
    PieceKind,
    Requirement,
    Snapshot,
)

#: A model on these answers requests; on any other it runs within an application.
SERVED = frozenset({"server_gpu", "server_cpu", "server_tpu"})
#: Whom to prefer where two pieces speak equally closely of the circumstances. A piece that is kept
#: up without new features runs today and will tomorrow; a beta may change under the project.
PREFERRED: dict[Maturity, int] = {"current": 0, "maintenance": 1, "beta": 2}
#: Of pieces that are as mature, what was seen to work comes before what nobody tried; what fails
#: for some models comes last of all that fit.
RAN_BEST = ("ok", "compiled_only", None, "partly")
RAN_IN_WORDS: Mapping[str | None, str] = {
    "ok": "ran on this host",
    "compiled_only": "was compiled on this host and not run",
    None: "was not tried on this host",
    "partly": "failed on this host for some models",
}
#: What it is about, what a requirement allows, what the profile states.
_Listed = tuple[str, tuple[str, ...], tuple[str, ...]]
_DIMENSIONS = {name: field.default for name, field in Circumstances.model_fields.items()}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a stack: a kind, and for an export or a server the target."""

    kind: PieceKind
    target: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    """The pieces for a slot, best first, and those that a requirement rules out, with why.

    ``tried`` holds, by piece, the exports that count and that take it.
    """

    fitting: tuple[Piece, ...]
    broken: tuple[tuple[Piece, str], ...]
    compiles: bool
    tried: Mapping[str, Sequence[MeasuredPath]] = field(default_factory=dict)

    def ran(self, piece: Piece) -> str | None:
        """What came of the exports that take a piece; None: none was tried."""
        return verdict_of(self.tried.get(piece.id, ()))


def offers(
    profile: Profile,
    snapshot: Snapshot,
    candidate: Candidate,
    slots: Sequence[Slot],
    paths: DeployedPaths | None = None,
) -> dict[Slot, Offers]:
    """For each slot what could stand there."""
    compiles = facet_values(profile, "execution").shares.get("compiled", 0.0) >= 0.5
    names = frozenset(candidate.looked_up_as()[:2])
    living = [p for p in snapshot.pieces if p.maturity not in GONE and names & set(p.subjects)]
    return {
        slot: _offers(profile, living, slot, compiles, _tried(living, slot, candidate, paths))
        for slot in slots
    }


def _tried(
    living: Sequence[Piece], slot: Slot, candidate: Candidate, paths: DeployedPaths | None
) -> dict[str, Sequence[MeasuredPath]]:
    if slot.kind != "export" or paths is None or not paths.anything:
        return {}
    found = {piece.id: paths.of_piece(piece, candidate, slot.target) for piece in living}
    return {name: tried for name, tried in found.items() if tried}


def _offers(
    profile: Profile,
    living: Sequence[Piece],
    slot: Slot,
    compiles: bool,
    tried: Mapping[str, Sequence[MeasuredPath]],
) -> Offers:
    facet: DecisionFacet = "target" if slot.target else "none"
    fitting: list[tuple[tuple[bool, bool, int, bool, int, int, int], Piece]] = []
    broken = []
    for place, piece in enumerate(living):
        if piece.kind != slot.kind or not applies(piece.when, profile, facet, slot.target):
            continue
        shown = tried.get(piece.id, ())
        ran = verdict_of(shown)
        reason = obstacle(piece, profile, slot.target)
        if reason:
            broken.append((piece, reason))
        elif ran == "failed":
            broken.append((piece, f"failed when it was run: {why_failed(shown)}"))
        else:
            order = (
                piece.provenance is None,  # an organisation's own pieces come first
                not as_run(piece, compiles),
                -closeness(piece),
                ran == "partly",
                PREFERRED[piece.maturity],
                RAN_BEST.index(ran),
                place,
            )
            fitting.append((order, piece))
    ordered = tuple(piece for _, piece in sorted(fitting, key=lambda item: item[0]))
    return Offers(ordered, tuple(broken), compiles, tried)


def as_run(piece: Piece, compiles: bool) -> bool:
    """Whether an execution is how this project's code is run; true of every other kind."""
    if piece.kind != "execution":
        return True
    return bool(piece.compiled) if compiles else piece.everyday


def closeness(piece: Piece) -> int:
    """In how many dimensions a piece names circumstances: more of them speak more closely."""
    return sum(getattr(piece.when, name) != default for name, default in _DIMENSIONS.items())


def obstacle(piece: Piece, profile: Profile, target: str = "") -> str | None:
    """The first condition of a piece that the profile breaks; None where it breaks none."""
    found = (
        reason
        for required in requirements_for(piece, target)
        for reason in _broken(required, profile)
    )
    return next(found, None)


def requirements_for(piece: Piece, target: str) -> tuple[Requirement, ...]:
    """The conditions of a piece for a target.

    On a server it is the server that is called, so the languages of an export do not matter.
    """
    if piece.kind != "export" or target not in SERVED:
        return piece.requires
    return tuple(required.model_copy(update={"languages": ()}) for required in piece.requires)


def _broken(required: Requirement, profile: Profile) -> Iterator[str]:
    platform, serving = profile.platform, profile.serving
    developed_on = (platform and platform.os) or ()
    answers_on = (serving and serving.os) or ()
    accelerators = (platform and platform.accelerators) or ()
    languages = (serving and serving.language) or ()
    every: tuple[_Listed, ...] = (
        ("development on", required.os, developed_on),
        ("serving on", required.serving_os, answers_on),
        ("accelerator", required.accelerators, accelerators),
    )
    # Of these one is enough: said nothing else, it answers on a system that it is trained on, and
    # each target has a language of its own.
    one: tuple[_Listed, ...] = (
        ("serving on", required.serving_os, () if answers_on else developed_on),
        ("a program in", required.languages, languages),
    )
    for what, allowed, stated in every:
        outside = [name for name in stated if allowed and name not in allowed]
        if outside:
            yield f"{what} {', '.join(outside)}: only {', '.join(allowed)}"
    for what, allowed, stated in one:
        if allowed and stated and not set(stated) & set(allowed):
            yield f"{what} {', '.join(stated)}: only {', '.join(allowed)}"
    python = platform.python if platform else None
    if python and not _within(python, required):
        yield f"Python {python}: needs {' and '.join(_pythons(required))}"
    if required.fixed_shapes and profile.workload and profile.workload.dynamic_shapes:
        yield "needs fixed shapes"
    if required.network and profile.constraints and profile.constraints.offline:
        yield "needs a network"


def _within(python: str, required: Requirement) -> bool:
    minor = _minor(python)
    lowest, highest = required.python_min, required.python_max
    return (lowest is None or _minor(lowest) <= minor) and (
        highest is None or minor <= _minor(highest)
    )


def _pythons(required: Requirement) -> Iterator[str]:
    if required.python_min:
        yield f"{required.python_min} or newer"
    if required.python_max:
        yield f"{required.python_max} or older"


def _minor(version: str) -> int:
    return int(version.split(".")[1])

"""Hard requirements: which stacks pass, which fail, and of which it is not known.

A stack is a framework, or Keras on one backend. What the profile says itself (candidates,
must_use, must_not_use, leaving) comes first, then the gates of the knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast, get_args

from framework_advisor.decision.circumstances import Situation, conditions
from framework_advisor.decision.per_snapshot import PerSnapshot
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Exclusion, Unknown
from framework_knowledge.models import FrameworkId, Gate, GateOutcome, Snapshot, Subject

FRAMEWORKS: tuple[FrameworkId, ...] = get_args(FrameworkId)


@dataclass(frozen=True, slots=True, order=True)
class Stack:
    """A framework on a backend; the framework itself where it has no other."""

    framework: FrameworkId
    backend: FrameworkId

    @property
    def subject(self) -> Subject:
        """``pytorch`` or ``keras:jax``."""
        return _names(self.framework, self.backend)[0]

    def looked_up_as(self) -> tuple[Subject, ...]:
        """Names under which something said of this stack may stand, most specific first."""
        return _names(self.framework, self.backend)


@lru_cache(maxsize=64)
def _names(framework: FrameworkId, backend: FrameworkId) -> tuple[Subject, ...]:
    if backend == framework:
        return (cast(Subject, framework),)
    own = cast(Subject, f"{framework}:{backend}")
    return (own, cast(Subject, framework), cast(Subject, backend))


@dataclass(frozen=True, slots=True)
class Failure:
    """One stack that breaks one requirement."""

    stack: Stack
    requirement: str
    why: str
    evidence: tuple[str, ...]


def stacks_of(snapshot: Snapshot) -> tuple[Stack, ...]:
    """Every stack that the knowledge knows of."""
    return tuple(
        Stack(framework.id, backend)
        for framework in snapshot.frameworks
        for backend in framework.backends or (framework.id,)
    )


def failures(profile: Profile, snapshot: Snapshot) -> tuple[Failure, ...]:
    """Every requirement that a stack is known to break."""
    found = [f for stack in stacks_of(snapshot) for f in _stated_failures(profile, stack)]
    for gate in active_gates(profile, snapshot):
        for stack in stacks_of(snapshot):
            subject, outcome = outcome_for(gate, stack)
            if outcome == "fail":
                found.append(Failure(stack, gate.requirement, gate.why[subject], _cited(gate)))
    return tuple(found)


def not_known_yet(profile: Profile, snapshot: Snapshot) -> tuple[Exclusion, ...]:
    """The frameworks that the profile asks for and of which nothing was known on that day.

    One that the profile does not name is not told of: the past does not speak of what came later.
    """
    known = {framework.id for framework in snapshot.frameworks}
    named = dict.fromkeys((*(profile.candidates or ()), *(profile.must_use or ())))
    return tuple(
        Exclusion(
            framework=name,
            requirement="known on that day",
            why=f"nothing was known of {name} on {snapshot.as_of}",
        )
        for name in named
        if name not in known
    )


def _stated_failures(profile: Profile, stack: Stack) -> Iterator[Failure]:
    """What the profile itself rules out."""
    name = stack.framework
    if profile.candidates is not None and name not in profile.candidates:
        yield Failure(stack, "candidates", "the profile does not list it as a candidate", ())
    if profile.must_use and name not in profile.must_use:
        wanted = ", ".join(profile.must_use)
        yield Failure(stack, "must_use", f"the profile insists on {wanted}", ())
    barred = profile.must_not_use or ()
    if name in barred:
        yield Failure(stack, "must_not_use", "the profile bars it", ())
    elif stack.backend in barred:
        yield Failure(stack, "must_not_use", f"its backend {stack.backend} is barred", ())
    if profile.team and name in (profile.team.leaving or ()):
        yield Failure(stack, "team.leaving", "the project has decided to leave it", ())


def active_gates(profile: Profile, snapshot: Snapshot) -> tuple[Gate, ...]:
    """The gates whose circumstances are those of the profile; wishes for a target do not count."""
    situation = Situation(profile, required_only=True)
    return tuple(gate for gate, when in _conditions(snapshot) if situation.meets(when))


_conditions = PerSnapshot(lambda s: tuple((gate, conditions(gate.when)) for gate in s.gates))


def outcome_for(gate: Gate, stack: Stack) -> tuple[Subject, GateOutcome]:
    """The outcome for a stack, and the name under which it stands.

    What is said of Keras on that backend comes first, then of Keras, then of the backend: Keras
    cannot do what its backend cannot.
    """
    for subject in stack.looked_up_as():
        if subject in gate.outcomes:
            return subject, gate.outcomes[subject]
    return stack.subject, "pass"


#: How often a stack meets a requirement of which it is not known whether it does, where the
#: knowledge gives no odds: as often as not.
UNKNOWN_MET = 0.5


@dataclass(frozen=True, slots=True)
class Doubt:
    """A requirement of which it is not known whether a stack meets it.

    ``subject`` is whom the gate speaks of: what is not known of TensorFlow is, in every draw, met
    or not by TensorFlow and by Keras on it alike.
    """

    gate: str
    requirement: str
    subject: Subject
    odds: float


def doubts(gates: Iterable[Gate], stack: Stack) -> tuple[Doubt, ...]:
    """What is not known of a stack at some gates."""
    return tuple(found for gate in gates if (found := doubt(gate, stack)) is not None)


def doubt(gate: Gate, stack: Stack) -> Doubt | None:
    """What is not known of a stack at one gate; None where it is known to pass or to fail."""
    subject, outcome = outcome_for(gate, stack)
    if outcome != "unknown":
        return None
    return Doubt(gate.id, gate.requirement, subject, gate.odds.get(subject, UNKNOWN_MET))


def _cited(gate: Gate) -> tuple[str, ...]:
    return (gate.id, *gate.evidence)


def unknowns(
    profile: Profile, snapshot: Snapshot, feasible: Iterable[Stack]
) -> tuple[Unknown, ...]:
    """The requirements of which it is not known whether a feasible stack meets them."""
    found = []
    for gate in active_gates(profile, snapshot):
        for stack in feasible:
            subject, outcome = outcome_for(gate, stack)
            if outcome == "unknown":
                found.append(
                    Unknown(
                        requirement=gate.requirement,
                        framework=stack.framework,
                        stack=stack.subject,
                        why=gate.why[subject],
                        resolve_by=gate.resolve_by,
                    )
                )
    return tuple(found)


def exclusions(snapshot: Snapshot, broken: Iterable[Failure]) -> tuple[Exclusion, ...]:
    """One entry for each framework and requirement; for a stack where the framework survives it."""
    by_requirement: dict[tuple[FrameworkId, str], list[Failure]] = {}
    for failure in broken:
        by_requirement.setdefault((failure.stack.framework, failure.requirement), []).append(
            failure
        )
    counts = {
        f.id: sum(1 for s in stacks_of(snapshot) if s.framework == f.id)
        for f in snapshot.frameworks
    }
    found: list[Exclusion] = []
    for (framework, requirement), entries in by_requirement.items():
        whole = len(entries) == counts[framework] and len({e.why for e in entries}) == 1
        found.extend(
            Exclusion(
                framework=framework,
                stack=None if whole else entry.stack.subject,
                requirement=requirement,
                why=entry.why,
                evidence=entry.evidence,
            )
            for entry in (entries[:1] if whole else entries)
        )
    return tuple(found)

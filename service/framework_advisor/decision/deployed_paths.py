"""What exports say that ran on a host: which count, for which target, how they become a value.

A path counts where the knowledge offers a piece that takes it: its failure then speaks against what
documents promise. It confirms them by standing where the best of them stands, and at least where a
way that works belongs; one that failed stands at the bottom of the scale. Pooled with the documents
by the certainty of a measurement, neither silences them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from framework_advisor.decision.certainty import SPREAD
from framework_advisor.decision.circumstances import facet_values
from framework_advisor.decision.measured_values import LEAST_RESEMBLANCE, wrong_time
from framework_advisor.decision.measurements import MeasuredPath, Measurements
from framework_advisor.decision.per_snapshot import PerSnapshot
from framework_advisor.decision.requirements import Doubt, Stack
from framework_advisor.decision.statement_index import Support
from framework_advisor.profile import Profile
from framework_advisor.recommendation import PathRun
from framework_knowledge.models import (
    GONE,
    Criterion,
    CriterionId,
    Gate,
    Grade,
    Maturity,
    Piece,
    Snapshot,
    Subject,
)

#: Where a runtime has to have run, or to stand for, for each target of a profile. A board with
#: Linux is served by the runtimes of phones. No program runs here as on an Edge TPU.
RAN_AS: Mapping[str, frozenset[str]] = {
    "server_cpu": frozenset({"server"}),
    "desktop": frozenset({"server"}),
    "server_gpu": frozenset({"cuda"}),
    "server_tpu": frozenset({"tpu"}),
    "browser": frozenset({"browser"}),
    "android": frozenset({"android"}),
    "ios": frozenset({"ios"}),
    "embedded_linux": frozenset({"android"}),
    "microcontroller": frozenset({"microcontroller"}),
    "edge_tpu": frozenset(),
}
#: Where a way that works stands at least, by how mature its piece is.
AT_LEAST: Mapping[CriterionId, Mapping[Maturity, float]] = {
    "deployment": {"current": 0.75, "maintenance": 0.75, "beta": 0.5},
    "interoperability": {"current": 0.5, "maintenance": 0.5, "beta": 0.5},
}
#: What came out says that the way does not work. Time or memory that was short says that of a host.
FAILED = frozenset({"wrong_result", "unsupported", "crash"})
#: What counts at all, and how surely. Lowered or compiled and never run is a judgement.
CERTAINTY: Mapping[str, Grade] = {
    "ok": "measured",
    "wrong_result": "measured",
    "unsupported": "measured",
    "crash": "measured",
    "compiled_only": "judgement",
}
#: How likely a requirement is met that a probe can speak of, once a way worked or failed in the
#: target's own runtime here: that is not the target itself.
MET_IF_IT_RAN, MET_IF_IT_FAILED = 0.9, 0.1


class DeployedPaths:
    """The paths that were tried on the profile's hosts, and which of them count."""

    def __init__(self, profile: Profile, measurements: Measurements, snapshot: Snapshot) -> None:
        #: Whether any path was tried, be it to another target.
        self.anything = bool(measurements.paths)
        self._pieces = _pieces(snapshot)
        self._why_not = {
            path.id: _why_not(profile, path, snapshot.as_of, measurements.paths)
            for path in measurements.paths
        }
        self._paths = tuple(measurements.paths)
        self.ids = frozenset(path.id for path in self._paths)
        self._shown: dict[tuple[Stack, str], tuple[tuple[Piece, MeasuredPath], ...]] = {}

    def showing(self, stack: Stack, target: str) -> tuple[tuple[Piece, MeasuredPath], ...]:
        """The paths that count for a stack on a target, each with the first piece that takes it."""
        key = (stack, target)
        if key not in self._shown:
            self._shown[key] = tuple(
                (piece, path)
                for path in self._paths
                if self._why_not[path.id] is None
                and (piece := self._piece_of(path, stack, target)) is not None
            )
        return self._shown[key]

    def untried(self, stack: Stack, target: str) -> bool:
        """Whether the suite has ways of a stack to a target, and none was tried that counts."""
        names = stack.looked_up_as()[:2]
        offered = any(
            _offered(piece, names, target) for piece in self._pieces if RAN_AS.get(target)
        )
        return offered and not any(
            path.outcome in CERTAINTY for _, path in self.showing(stack, target)
        )

    def told(self, doubt: Doubt, gate: Gate, stack: Stack) -> Doubt:
        """What is in doubt at a gate, with the odds that follow from the paths to its targets."""
        if gate.resolve_by != "probe" or not self.anything:
            return doubt
        shown = (path for target in gate.when.targets for _, path in self.showing(stack, target))
        outcomes = {path.outcome for path in shown}
        if "ok" in outcomes:
            return replace(doubt, odds=MET_IF_IT_RAN)
        return replace(doubt, odds=MET_IF_IT_FAILED) if outcomes & FAILED else doubt

    def of_piece(self, piece: Piece, stack: Stack, target: str) -> tuple[MeasuredPath, ...]:
        """The paths that count and that show, for a target, whether a piece works."""
        return tuple(
            path
            for path in self._paths
            if self._why_not[path.id] is None
            and path.outcome in CERTAINTY
            and path.subject == stack.subject
            and _serves(path, target)
            and takes(piece, path.path)
        )

    def supports(
        self, stack: Stack, scale: Criterion, target: str, documented: Sequence[Support]
    ) -> tuple[Support, ...]:
        """What the paths add to the documents on a criterion, for one target."""
        at_least = AT_LEAST.get(scale.id)
        if at_least is None or not self.anything:
            return ()
        to_target = scale.id == "deployment"
        counting = self.showing(stack, target) if to_target else self._leaving(stack)
        return tuple(
            _support(stack, scale, path, at_least[piece.maturity], documented)
            for piece, path in counting
            if path.outcome in CERTAINTY
        )

    def rows(self, profile: Profile, stacks: Sequence[Stack]) -> tuple[PathRun, ...]:
        """Every path of these stacks to the profile's targets: what came of it, and if it counts.

        Of a profile that names no target, the paths to all that it may have.
        """
        targets = tuple(facet_values(profile, "target").shares)
        return tuple(
            row
            for path in self._paths
            for stack in stacks
            if path.subject == stack.subject
            and (row := self._row(path, stack, targets)) is not None
        )

    def _row(self, path: MeasuredPath, stack: Stack, targets: Sequence[str]) -> PathRun | None:
        served = tuple(target for target in targets if _serves(path, target))
        if not served:
            return None
        taking = {target: self._piece_of(path, stack, target) for target in served}
        pieces = tuple(dict.fromkeys(piece.id for piece in taking.values() if piece))
        why_not = self._why_not[path.id]
        if why_not is None and not pieces:
            why_not = "no piece that is offered for the target takes this way"
        if why_not is None and path.outcome not in CERTAINTY:
            why_not = "it says nothing of the way itself"
        return PathRun(
            id=path.id,
            path=path.path,
            framework=path.framework,
            backend=path.backend,
            targets=served,
            pieces=pieces,
            model=path.model,
            exporter=path.exporter,
            artefact=path.artefact,
            runtime=path.runtime,
            precision=path.precision,
            outcome=path.outcome,
            reason=path.reason,
            proves=path.proves,
            host=path.host,
            run=path.run,
            applied=why_not is None,
            why_not=why_not,
        )

    def _leaving(self, stack: Stack) -> tuple[tuple[Piece, MeasuredPath], ...]:
        """The paths that count to any target, each once: in every one a model leaves."""
        found = {
            path.id: (piece, path)
            for target in RAN_AS
            for piece, path in self.showing(stack, target)
        }
        return tuple(found.values())

    def _piece_of(self, path: MeasuredPath, stack: Stack, target: str) -> Piece | None:
        if path.subject != stack.subject or not _serves(path, target):
            return None
        names = stack.looked_up_as()[:2]
        taking = (
            piece
            for piece in self._pieces
            if _offered(piece, names, target) and takes(piece, path.path)
        )
        return next(taking, None)


_pieces = PerSnapshot(
    lambda snapshot: tuple(
        piece
        for piece in snapshot.pieces
        if piece.kind == "export" and piece.paths and piece.maturity not in GONE
    )
)


def _offered(piece: Piece, names: Sequence[Subject], target: str) -> bool:
    """Whether a piece is for a stack of these names and for a target."""
    return (not piece.when.targets or target in piece.when.targets) and not set(names).isdisjoint(
        piece.subjects
    )


def takes(piece: Piece, path: str) -> bool:
    """Whether a piece is built by that path."""
    return any(fnmatchcase(path, name) for name in piece.paths)


def verdict_of(paths: Sequence[MeasuredPath]) -> str | None:
    """``ok``, ``compiled_only``, ``failed`` or ``partly``, all models together; None: not tried."""
    outcomes = {"failed" if p.outcome in FAILED else p.outcome for p in paths}
    if not outcomes:
        return None
    return outcomes.pop() if len(outcomes) == 1 else "partly" if "failed" in outcomes else "ok"


def why_failed(paths: Sequence[MeasuredPath]) -> str:
    """What the failures of a piece's paths come to, in words."""
    found = (
        f"{p.path}, {p.model}: {p.outcome}" + (f", {p.reason}" if p.reason else "")
        for p in paths
        if p.outcome in FAILED
    )
    return "; ".join(dict.fromkeys(found))


def _serves(path: MeasuredPath, target: str) -> bool:
    return not RAN_AS.get(target, frozenset()).isdisjoint(path.targets)


def _support(
    stack: Stack,
    scale: Criterion,
    path: MeasuredPath,
    at_least: float,
    documented: Sequence[Support],
) -> Support:
    if path.outcome in FAILED:
        lowest = scale.scale[0]
        anchor, value = lowest.name, lowest.value
    else:
        shown = max((a for a in scale.scale if a.value <= at_least), key=lambda a: a.value)
        levels = [(s.value, s.anchor) for s in documented]
        value, anchor = max([*levels, (shown.value, shown.name)])
    grade = CERTAINTY[path.outcome]
    return Support(
        evidence=path.id,
        subject=stack.subject,
        aspect=scale.aspect_of(None),
        anchor=anchor,
        value=value,
        spread=SPREAD[grade],
        grade=grade,
    )


def _why_not(
    profile: Profile, path: MeasuredPath, as_of: date, every: Sequence[MeasuredPath]
) -> str | None:
    """Why a path says nothing for the profile, whatever its target; None where it may."""
    return wrong_time(profile, path.observed, as_of) or _other_model(profile, path, every)


def _other_model(profile: Profile, path: MeasuredPath, every: Sequence[MeasuredPath]) -> str | None:
    """A model that resembles the workload stands for it alone; where none does, all of them do."""
    if facet_values(profile, "family").drawn or _alike(profile, path) >= LEAST_RESEMBLANCE:
        return None
    closer = sorted({p.model for p in every if _alike(profile, p) >= LEAST_RESEMBLANCE})
    return f"the workload resembles {' and '.join(closer)} more" if closer else None


def _alike(profile: Profile, path: MeasuredPath) -> float:
    if path.families is None:
        return 1.0
    families: Mapping[str, float] = {str(name): share for name, share in path.families.items()}
    return sum(
        share * families.get(family, 0.0)
        for family, share in facet_values(profile, "family").shares.items()
    )

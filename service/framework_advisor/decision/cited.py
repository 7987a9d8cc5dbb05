"""The evidence that an answer cites, each id with where it stands and when it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from framework_advisor.decision.measurements import (
    MeasuredPair,
    MeasuredPath,
    MeasuredProbe,
    MeasuredTime,
    Measurements,
)
from framework_advisor.decision.per_snapshot import PerSnapshot
from framework_advisor.recommendation import (
    Contender,
    Contribution,
    Decision,
    Evidence,
    Exclusion,
    StackPiece,
    Switching,
)
from framework_knowledge.models import Cell, Claim, Gate, Snapshot, Source


class _Documents:
    """A snapshot's statements as evidence, each put into words when it is first cited."""

    def __init__(self, snapshot: Snapshot) -> None:
        every: list[Claim | Cell | Gate] = [*snapshot.claims, *snapshot.cells, *snapshot.gates]
        self.statements = {statement.id: statement for statement in every}
        self._sources = {source.id: source for source in snapshot.sources}
        self._worded: dict[str, Evidence] = {}

    def evidence(self, identity: str) -> Evidence:
        """The statement of that id; KeyError where there is none."""
        found = self._worded.get(identity)
        if found is None:
            found = _document(self.statements[identity], self._sources)
            self._worded[identity] = found
        return found


_documents = PerSnapshot(_Documents)


def cited_evidence(
    decision: Decision, snapshot: Snapshot, measurements: Measurements
) -> dict[str, Evidence]:
    """Every id that the answer cites, resolved; sorted, so that the same answer reads the same."""
    wanted = set(_ids(decision))
    documents = _documents(snapshot)
    known = {i: documents.evidence(i) for i in wanted if i in documents.statements}
    for probe in measurements.probes:
        environments = {t.contender: t.environment for t in probe.times}
        known |= {p.id: _pair(probe, p, environments) for p in probe.pairs if p.id in wanted}
        known |= {t.id: _time(probe, t) for t in probe.times if t.id in wanted}
    known |= {path.id: _path(path) for path in measurements.paths if path.id in wanted}
    known["profile:team"] = Evidence(
        kind="document",
        statement="what the profile says of the team's skills and existing code",
        source="the profile",
        observed=snapshot.as_of,
        grade="judgement",
    )
    return {identity: known[identity] for identity in sorted(wanted)}


def _ids(decision: Decision) -> Iterator[str]:
    stack = decision.verdict.stack
    citing: tuple[Contribution | Exclusion | Switching | StackPiece, ...] = (
        *(c for ranked in decision.ranking for c in ranked.contributions),
        *decision.excluded,
        *decision.switching,
        *(piece for _, piece in (stack.pieces() if stack else ())),
    )
    for item in citing:
        yield from item.evidence
    yield from (flip.evidence for flip in decision.flips if flip.kind == "fact")
    yield from (row.id for row in decision.measurements if row.applied)
    yield from (row.id for row in decision.paths if row.applied)


def _document(statement: Claim | Cell | Gate, sources: Mapping[str, Source]) -> Evidence:
    cited = [sources[s] for s in statement.sources]
    if isinstance(statement, Cell):
        text = f"{statement.claim} Today: {statement.today}"
    elif isinstance(statement, Gate):
        text = statement.requirement
    else:
        text = statement.statement
    return Evidence(
        kind="table"
        if isinstance(statement, Cell)
        else "registry"
        if statement.grade == "registry"
        else "document",
        statement=text,
        source="; ".join(f"{s.id} {s.title} ({s.where}, {s.date})" for s in cited),
        observed=statement.observed,
        known=statement.known,
        valid_from=statement.valid_from,
        valid_until=statement.valid_until,
        grade=statement.grade,
        provenance=statement.provenance,
    )


def _pair(
    probe: MeasuredProbe, pair: MeasuredPair, environments: Mapping[Contender, str]
) -> Evidence:
    a, b = _name(pair.a), _name(pair.b)
    return Evidence(
        kind="probe",
        statement=f"{probe.probe.title}: time of {b} over time of {a}, {probe.device}, "
        f"{probe.probe.dtype}: {pair.verdict}",
        source=f"probe run {probe.run} on host {probe.host}",
        observed=probe.observed,
        known=probe.observed,
        grade="measured",
        value=pair.ratio,
        unit=f"time {b} / time {a}",
        ci95=pair.ci95,
        host=probe.host,
        run=probe.run,
        environment=", ".join(
            dict.fromkeys(environments[c] for c in (pair.a, pair.b) if c in environments)
        ),
    )


def _time(probe: MeasuredProbe, time: MeasuredTime) -> Evidence:
    said = time.outcome if time.reason is None else f"{time.outcome}: {time.reason}"
    return Evidence(
        kind="probe",
        statement=f"{probe.probe.title}: {_name(time.contender)}, {probe.device}, "
        f"{probe.probe.dtype}: {said}",
        source=f"probe run {probe.run} on host {probe.host}",
        observed=probe.observed,
        known=probe.observed,
        grade="measured",
        value=time.seconds,
        unit=None if time.seconds is None else "s per iteration",
        host=probe.host,
        run=probe.run,
        environment=time.environment or None,
    )


def _path(path: MeasuredPath) -> Evidence:
    said = path.outcome if path.reason is None else f"{path.outcome}: {path.reason}"
    backend = f" on {path.backend}" if path.backend else ""
    return Evidence(
        kind="probe",
        statement=f"{path.framework}{backend} by {path.exporter} to {path.artefact}, run by "
        f"{path.runtime} ({', '.join(path.targets)}), {path.model}, {path.precision}: {said}. "
        f"{path.proves}",
        source=f"probe run {path.run} on host {path.host}",
        observed=path.observed,
        known=path.observed,
        grade="measured",
        value=path.relative_error,
        unit=None if path.relative_error is None else "relative difference from float64",
        host=path.host,
        run=path.run,
        environment=path.environment or None,
    )


def _name(contender: Contender) -> str:
    backend = f" on {contender.backend}" if contender.backend else ""
    return f"{contender.framework}{backend} {contender.tier}"

"""All that is known, and what of it was known on one day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from framework_knowledge.ageing import AgeKind
from framework_knowledge.models import (
    Cell,
    Claim,
    Criterion,
    Framework,
    Gate,
    Model,
    Overlay,
    OverlayUse,
    Piece,
    Remark,
    Requirement,
    SetAside,
    Snapshot,
    Source,
    Table,
)

#: Snapshots kept per knowledge. A service asks for today, a replay for a handful of days.
_KEPT = 64


@dataclass(frozen=True)
class LaidOver:
    """An overlay that is part of a knowledge; ``sha256`` is over all that it says."""

    overlay: Overlay
    sha256: str


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything that the files say, validated, in the order of the files.

    ``first_day`` is the earliest day of which a snapshot can be asked, ``checked_on`` the day on
    which the statements of the source article were checked. ``ageing`` says how long evidence of
    each kind stays fresh. Statements of ``overlays`` stand among the others, with their provenance.
    """

    version: str
    first_day: date
    checked_on: date
    criteria: tuple[Criterion, ...]
    frameworks: tuple[Framework, ...]
    claims: tuple[Claim, ...]
    tables: tuple[Table, ...]
    remarks: tuple[Remark, ...]
    gates: tuple[Gate, ...]
    pieces: tuple[Piece, ...]
    sources: tuple[Source, ...]
    ageing: tuple[AgeKind, ...] = ()
    overlays: tuple[LaidOver, ...] = ()
    _snapshots: dict[date, Snapshot] = field(default_factory=dict, init=False, repr=False)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell of every table, row by row."""
        return tuple(cell for table in self.tables for row in table.rows for cell in row.cells)

    def snapshot(self, as_of: date) -> Snapshot:
        """What was known on ``as_of`` and held on it; computed once for a day.

        Raises ValueError for a day before ``first_day``.
        """
        if as_of < self.first_day:
            raise ValueError(
                f"as_of: {as_of} lies before the first day of the knowledge; "
                f"use {self.first_day} or later"
            )
        kept = self._snapshots.get(as_of)
        if kept is None:
            if len(self._snapshots) >= _KEPT:
                self._snapshots.clear()
            kept = self._snapshots[as_of] = _snapshot(self, as_of)
        return kept


def _snapshot(knowledge: Knowledge, day: date) -> Snapshot:
    aside = set_aside_on(knowledge, day)
    claims = [c for c in knowledge.claims if c.holds_on(day) and c.id not in aside]
    live = frozenset(claim.id for claim in claims)
    told_claims = tuple(
        claim.model_copy(
            # What ends has successors that may stand already; to name them tells the end.
            update={
                "valid_until": None,
                "superseded_by": () if claim.valid_until else _only(live, claim.superseded_by),
            }
        )
        for claim in claims
    )
    cells = tuple(
        _cell_on(live, cell, checked=knowledge.checked_on <= day)
        for cell in knowledge.cells
        if cell.standing != "wrong" and cell.holds_on(day) and cell.id not in aside
    )
    gates = tuple(
        gate.model_copy(update={"valid_until": None, "evidence": _only(live, gate.evidence)})
        for gate in knowledge.gates
        if gate.holds_on(day) and gate.id not in aside
    )
    # Each part was validated when it was read.
    snapshot = Snapshot.model_construct(
        version=knowledge.version,
        as_of=day,
        sha256="",
        criteria=knowledge.criteria,
        frameworks=_frameworks_on(knowledge, day, live),
        claims=told_claims,
        cells=cells,
        gates=gates,
        pieces=_pieces_on(knowledge, day, live),
        sources=_cited_sources(knowledge.sources, told_claims, cells, gates),
        overlays=tuple(
            _use(laid, (*told_claims, *gates), aside.values()) for laid in knowledge.overlays
        ),
        set_aside=tuple(aside.values()),
    )
    return snapshot.model_copy(update={"sha256": _sha256(snapshot)})


def set_aside_on(knowledge: Knowledge, day: date) -> dict[str, SetAside]:
    """The statements that would hold on the day and that an overlay does not let count, by id.

    A statement that is muted overrides nothing; one that is itself overridden still does.
    """
    if not knowledge.overlays:
        return {}
    muted = {
        mute.claim: (laid.overlay, mute)
        for laid in knowledge.overlays
        for mute in laid.overlay.mute
        if mute.known is None or mute.known <= day
    }
    overriding: tuple[Claim | Gate, ...] = (*knowledge.claims, *knowledge.gates)
    standing_in = {
        each.overrides: each
        for each in overriding
        if each.overrides is not None and each.holds_on(day) and each.id not in muted
    }
    found: dict[str, SetAside] = {}
    statements: tuple[Claim | Cell | Gate, ...] = (*overriding, *knowledge.cells)
    for item in statements:
        if not item.holds_on(day):
            continue
        if item.id in muted:
            overlay, mute = muted[item.id]
            by, why, instead = overlay.provenance, mute.why, None
        elif item.id in standing_in:
            other = standing_in[item.id]
            by, why, instead = other.provenance or "", other.text, other.id
        else:
            continue
        found[item.id] = SetAside(
            id=item.id,
            statement=item.text,
            how="muted" if instead is None else "overridden",
            by=by,
            instead=instead,
            why=why,
        )
    return found


def _use(
    laid: LaidOver, statements: Iterable[Claim | Gate], aside: Iterable[SetAside]
) -> OverlayUse:
    overlay = laid.overlay
    hows = [each.how for each in aside if each.by == overlay.provenance]
    return OverlayUse(
        name=overlay.name,
        version=overlay.version,
        contact=overlay.contact,
        sha256=laid.sha256,
        added=sum(each.provenance == overlay.provenance for each in statements),
        overridden=hows.count("overridden"),
        muted=hows.count("muted"),
    )


def _cell_on(live: frozenset[str], cell: Cell, *, checked: bool) -> Cell:
    """Return the cell as that day saw it: before the check nothing of what it found is told."""
    kept = () if cell.valid_until else _only(live, cell.superseded_by)
    update: dict[str, object] = {"valid_until": None, "superseded_by": kept}
    if not checked or cell.standing == "outdated":
        update |= {
            "standing": "holds",
            "today": cell.claim,
            "changed": None,
            "checked_with": (),
            "superseded_by": () if cell.standing == "outdated" else kept,
        }
    return cell.model_copy(update=update)


def _frameworks_on(knowledge: Knowledge, day: date, live: frozenset[str]) -> tuple[Framework, ...]:
    return tuple(
        _framework_on(day, live, framework)
        for framework in knowledge.frameworks
        if framework.published is None or framework.published <= day
    )


def _framework_on(day: date, live: frozenset[str], framework: Framework) -> Framework:
    update: dict[str, object] = {"evidence": _only(live, framework.evidence), "earlier": ()}
    if framework.released is None or framework.released > day:
        update |= {"version": "unknown", "released": None}
    era = next((each for each in framework.earlier if day < each.until), None)
    if era is not None:
        update |= {"summary": era.summary, "backends": era.backends}
    return framework.model_copy(update=update)


def _pieces_on(knowledge: Knowledge, day: date, live: frozenset[str]) -> tuple[Piece, ...]:
    standing = [piece for piece in knowledge.pieces if piece.holds_on(day)]
    ids = frozenset(piece.id for piece in standing)
    return tuple(
        piece.model_copy(
            update={
                "valid_until": None,
                "successor": piece.successor if piece.successor in ids else None,
                "requires": _requirements_on(piece, day, ids, live),
                "evidence": _only(live, piece.evidence),
            }
        )
        for piece in standing
    )


def _requirements_on(
    piece: Piece, day: date, standing: frozenset[str], live: frozenset[str]
) -> tuple[Requirement, ...]:
    return tuple(
        each.model_copy(
            update={
                "pieces": _only(standing, each.pieces),
                "known": None,
                "evidence": _only(live, each.evidence),
            }
        )
        for each in piece.requires
        if each.known is None or each.known <= day
    )


def _only(live: frozenset[str], ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in ids if each in live)


def _cited_sources(
    sources: Iterable[Source],
    claims: Iterable[Claim],
    cells: Iterable[Cell],
    gates: Iterable[Gate],
) -> tuple[Source, ...]:
    cited = {source for item in (*claims, *gates) for source in item.sources}
    for cell in cells:
        cited.update(cell.sources, cell.checked_with)
    return tuple(source for source in sources if source.id in cited)


def _sha256(snapshot: Snapshot) -> str:
    """Digest of the content alone: neither the version's name nor the day enters it."""
    left_out = {"version", "as_of", "sha256"}
    content = {name: part for name, part in dict(snapshot).items() if name not in left_out}
    text = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Model | date) -> object:
    """What JSON has no word for, as pydantic puts it into JSON."""
    return value.isoformat() if isinstance(value, date) else dict(value)

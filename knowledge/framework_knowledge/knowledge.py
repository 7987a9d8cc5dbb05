"""All that is known, and what of it was known on one day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from framework_knowledge.models import (
    Cell,
    Claim,
    Criterion,
    Framework,
    Gate,
    Piece,
    Remark,
    Snapshot,
    Source,
    Table,
)

#: Snapshots kept per knowledge. A service asks for today, a replay for a handful of days.
_KEPT = 64


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything that the files say, validated, in the order of the files.

    ``first_day`` is the earliest day of which a snapshot can be asked, ``checked_on`` the day on
    which the statements of the source article were checked.
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
    claims = [claim for claim in knowledge.claims if claim.holds_on(day)]
    live = frozenset(claim.id for claim in claims)
    told_claims = tuple(
        claim.model_copy(
            update={"valid_until": None, "superseded_by": _only(live, claim.superseded_by)}
        )
        for claim in claims
    )
    cells = tuple(
        _cell_on(live, cell, checked=knowledge.checked_on <= day)
        for cell in knowledge.cells
        if cell.standing != "wrong" and cell.holds_on(day)
    )
    gates = tuple(
        gate.model_copy(update={"valid_until": None, "evidence": _only(live, gate.evidence)})
        for gate in knowledge.gates
        if gate.holds_on(day)
    )
    snapshot = Snapshot(
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
    )
    return snapshot.model_copy(update={"sha256": _sha256(snapshot)})


def _cell_on(live: frozenset[str], cell: Cell, *, checked: bool) -> Cell:
    """Return the cell as that day saw it: before the check nothing of what it found is told."""
    kept = _only(live, cell.superseded_by)
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
    if framework.released > day:
        update["version"] = "unknown"
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
                "evidence": _only(live, piece.evidence),
            }
        )
        for piece in standing
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
    content = snapshot.model_dump(mode="json", exclude={"version", "as_of", "sha256"})
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

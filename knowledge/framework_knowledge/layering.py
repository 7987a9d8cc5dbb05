"""Overlay folders, read and checked against what they are laid over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from yaml import Mark
from yaml.nodes import MappingNode

from framework_knowledge.ageing import with_age
from framework_knowledge.documents import WHOLE_FILE, Document, Problem
from framework_knowledge.knowledge import Knowledge, LaidOver
from framework_knowledge.models import Claim, Gate, Model, Overlay, Piece, Source
from framework_knowledge.reading import Reader
from framework_knowledge.references import Contents, Located, check

Item = TypeVar("Item", bound=Model)

_START = Mark("(base)", 0, 0, 0, None, 0)
#: What an overlay may hold beside overlay.yaml: as NAME.yaml, or in a folder NAME/.
KINDS = ("sources", "claims", "requirements", "stacks")


@dataclass(frozen=True)
class _Folder:
    """What one overlay folder holds, each item with its place."""

    overlay: Located[Overlay]
    sources: tuple[Located[Source], ...]
    claims: tuple[Located[Claim], ...]
    gates: tuple[Located[Gate], ...]
    pieces: tuple[Located[Piece], ...]

    @property
    def statements(self) -> tuple[Located[Claim | Gate], ...]:
        return (*self.claims, *self.gates)


def read_overlays(base: Knowledge, paths: Sequence[Path]) -> tuple[Knowledge, list[Problem]]:
    """The knowledge with the overlays laid over it in the order given, and what is wrong.

    Where something is wrong, the knowledge is the base.
    """
    folders: list[_Folder] = []
    problems: list[Problem] = []
    for path in paths:
        folder, wrong = _read(path)
        problems += wrong
        if folder is not None:
            folders.append(folder)
    # A reference to an item that did not validate would be reported as missing: report causes.
    problems = problems or [*check(_contents(base, folders)), *_check(base, folders)]
    if problems:
        return base, problems
    knowledge = base
    for folder in folders:
        knowledge = _laid(knowledge, folder)
    return knowledge, []


def _read(path: Path) -> tuple[_Folder | None, list[Problem]]:
    if not path.is_dir():
        reason = "there is no such folder; an overlay is a folder that holds overlay.yaml"
        return None, [Problem(str(path), 1, WHOLE_FILE, reason)]
    reader = Reader(path, f"{path}/")
    overlays = reader.whole(["overlay.yaml"], Overlay)
    names = {kind: reader.present(kind) for kind in KINDS}
    sources = reader.listed(names["sources"], "sources", Source)
    claims = reader.listed(names["claims"], "claims", Claim)
    gates = reader.listed(names["requirements"], "gates", Gate)
    pieces = reader.listed(names["stacks"], "pieces", Piece)
    problems = [*reader.problems, *_unread(path, {n for found in names.values() for n in found})]
    if problems or not overlays:
        return None, problems
    return _Folder(overlays[0], sources, claims, gates, pieces), []


def _unread(path: Path, read: set[str]) -> Iterator[Problem]:
    """Yield each YAML file that an overlay has no use for: it would be overlooked silently."""
    for found in sorted((*path.rglob("*.yaml"), *path.rglob("*.yml"))):
        name = found.relative_to(path).as_posix()
        if name not in read and name != "overlay.yaml":
            places = ", ".join(f"{kind}.yaml or {kind}/*.yaml" for kind in KINDS)
            reason = f"is no file of an overlay; use overlay.yaml, {places}"
            yield Problem(f"{path}/{name}", 1, WHOLE_FILE, reason)


def _contents(base: Knowledge, folders: Iterable[_Folder]) -> Contents:
    """Base and overlays together. The base was checked before, so nothing is told of its places."""
    nowhere = Document("(base)", None, MappingNode("tag:yaml.org,2002:map", [], _START, _START))

    def placed(items: Iterable[Item]) -> tuple[Located[Item], ...]:
        return tuple(Located(item, nowhere) for item in items)

    contents = Contents(
        sources=placed(base.sources),
        criteria=placed(base.criteria),
        frameworks=placed(base.frameworks),
        # Provenance tells of a loaded overlay here, and of a mistake in a file that is being read.
        claims=placed(c.model_copy(update={"provenance": None}) for c in base.claims),
        tables=placed(base.tables),
        remarks=placed(base.remarks),
        gates=placed(g.model_copy(update={"provenance": None}) for g in base.gates),
        pieces=placed(base.pieces),
    )
    for folder in folders:
        contents = replace(
            contents,
            sources=contents.sources + folder.sources,
            claims=contents.claims + folder.claims,
            gates=contents.gates + folder.gates,
            pieces=contents.pieces + folder.pieces,
        )
    return contents


def _check(base: Knowledge, folders: Sequence[_Folder]) -> Iterator[Problem]:
    yield from _names(base, folders)
    yield from _overriding(base, folders)
    yield from _muting(base, folders)


def _names(base: Knowledge, folders: Iterable[_Folder]) -> Iterator[Problem]:
    names = {laid.overlay.name for laid in base.overlays}
    for folder in folders:
        name = folder.overlay.item.name
        if name in names:
            yield folder.overlay.problem(("name",), f"'{name}' is laid over already; rename one")
        names.add(name)


def _overriding(base: Knowledge, folders: Iterable[_Folder]) -> Iterator[Problem]:
    criteria = {claim.id: claim.criterion for claim in base.claims}
    criteria |= {cell.id: cell.criterion for cell in base.cells}
    gates = {gate.id for gate in base.gates}
    overridden = {claim.overrides: claim.id for claim in base.claims}
    overridden |= {gate.overrides: gate.id for gate in base.gates}
    for folder in folders:
        for located in folder.statements:
            item = located.item
            target = item.overrides
            if target is None:
                continue
            reason = None
            if isinstance(item, Gate) and target not in gates:
                reason = f"'{target}' is no requirement below this overlay; name one that is"
            elif isinstance(item, Claim) and target not in criteria:
                reason = f"'{target}' is no claim or cell below this overlay; name one that is"
            elif isinstance(item, Claim) and criteria[target] != item.criterion:
                reason = (
                    f"'{target}' speaks of {criteria[target]}, this claim of {item.criterion}; "
                    "mute the one and add the other"
                )
            elif target in overridden:
                reason = (
                    f"'{target}' is overridden by '{overridden[target]}' already; "
                    "override that one, or leave one of the two out"
                )
            if reason:
                yield located.problem(("overrides",), reason)
            overridden.setdefault(target, item.id)
        criteria |= {each.item.id: each.item.criterion for each in folder.claims}
        gates |= {each.item.id for each in folder.gates}


def _muting(base: Knowledge, folders: Iterable[_Folder]) -> Iterator[Problem]:
    below = {claim.id for claim in base.claims} | {cell.id for cell in base.cells}
    below |= {gate.id for gate in base.gates}
    for folder in folders:
        for index, mute in enumerate(folder.overlay.item.mute):
            if mute.claim not in below:
                reason = f"'{mute.claim}' is no claim, cell or requirement below this overlay"
                yield folder.overlay.problem(("mute", index, "claim"), f"{reason}; name one")
        below |= {each.item.id for each in folder.statements}


def _laid(base: Knowledge, folder: _Folder) -> Knowledge:
    overlay = folder.overlay.item
    told = {"provenance": overlay.provenance}
    claims = tuple(
        with_age(each.item, base.ageing).model_copy(update=told) for each in folder.claims
    )
    gates = tuple(with_age(each.item, base.ageing).model_copy(update=told) for each in folder.gates)
    pieces = tuple(each.item.model_copy(update=told) for each in folder.pieces)
    sources = tuple(each.item for each in folder.sources)
    laid = LaidOver(overlay, _sha256((overlay, *sources, *claims, *gates, *pieces)))
    return replace(
        base,
        claims=base.claims + claims,
        gates=base.gates + gates,
        # The first piece that fits is taken: an organisation's own come first.
        pieces=pieces + base.pieces,
        sources=base.sources + sources,
        overlays=(*base.overlays, laid),
    )


def _sha256(items: Iterable[Model]) -> str:
    content = [item.model_dump(mode="json") for item in items]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

"""The deployment matrix as its page shows it: framework by target, then path by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framework_advisor.deployment_matrix import Cell, DeployedPath, DeploymentMatrix, Works
from framework_probes.deployed import Target

#: What a cell says, and which colour only repeats it.
WORDS: Mapping[Works, tuple[str, str]] = {
    "yes": ("works", "good"),
    "partly": ("in part", "mark"),
    "no": ("fails", "bad"),
    "compiled_only": ("compiled only", "mark"),
    "not_tried": ("not tried", ""),
}
OUTCOMES: Mapping[str, str] = {
    "ok": "good",
    "compiled_only": "mark",
    "wrong_result": "bad",
    "unsupported": "bad",
    "crash": "bad",
    "timeout": "bad",
    "oom": "bad",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: what it says, how that is coloured, and the row where the reason stands."""

    text: str
    colour: str
    figures: str
    row: str


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """A matrix, and its rows by framework, those that are right first."""

    matrix: DeploymentMatrix
    targets: tuple[Target, ...]
    cells: Mapping[str, Mapping[Target, Shown]]
    rows: Mapping[str, tuple[DeployedPath, ...]]
    colours: Mapping[str, str]


def matrix_page(matrix: DeploymentMatrix) -> MatrixPage:
    """What the page of a matrix shows."""
    subjects = tuple(dict.fromkeys(cell.subject for cell in matrix.cells))
    by_id = {path.id: path for path in matrix.paths}
    return MatrixPage(
        matrix=matrix,
        targets=tuple(dict.fromkeys(cell.target for cell in matrix.cells)),
        cells={
            subject: {c.target: _shown(c, by_id) for c in matrix.cells if c.subject == subject}
            for subject in subjects
        },
        rows={
            subject: tuple(
                sorted(
                    (path for path in matrix.paths if path.subject == subject),
                    key=lambda path: (path.outcome != "ok", path.path, path.model),
                )
            )
            for subject in subjects
        },
        colours=OUTCOMES,
    )


def _shown(cell: Cell, by_id: Mapping[str, DeployedPath]) -> Shown:
    text, colour = WORDS[cell.works]
    failed = [id_ for id_ in cell.paths if by_id[id_].outcome != "ok"]
    telling = cell.paths if cell.works == "yes" else failed
    figures = f"{cell.ok} of {cell.tried}" if cell.tried else ""
    return Shown(text, colour, figures, telling[0])

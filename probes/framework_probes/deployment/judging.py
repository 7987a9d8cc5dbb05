"""Whether what came out of a runtime is what must come out: judged here, never by who ran it."""

from __future__ import annotations

import numpy as np

from framework_probes.deployed import Parity
from framework_probes.deployment.paths import Tolerance
from framework_probes.probe import Array


def parity(
    answers: Array, reference: Array, tolerance: Tolerance, *, scores: bool
) -> tuple[Parity | None, str | None]:
    """How far off the answers are, and why they do not pass, None where they do.

    Args:
        answers: of all rows, as the runtime gave them.
        reference: of the same rows, in float64.
        tolerance: of the path's precision.
        scores: whether the largest output of a row means something.
    """
    if answers.dtype != np.float32:
        return None, f"outputs have dtype {answers.dtype}, expected float32"
    if answers.shape != reference.shape:
        return None, f"outputs have shape {answers.shape}, expected {reference.shape}"
    if not np.isfinite(answers).all():
        return None, "outputs hold NaN or infinity"
    found = _compared(answers.astype(np.float64), reference, tolerance, scores=scores)
    return found, _why_not(found)


def _compared(answers: Array, reference: Array, tolerance: Tolerance, *, scores: bool) -> Parity:
    difference = answers - reference
    top1 = np.mean(answers.argmax(-1) == reference.argmax(-1)) if scores else None
    return Parity(
        max_abs=float(np.abs(difference).max()),
        relative=float(np.linalg.norm(difference) / np.linalg.norm(reference)),
        top1=None if top1 is None else float(top1),
        tolerance=tolerance.relative,
        top1_at_least=tolerance.top1_at_least if scores else None,
        rows=len(reference),
    )


def _why_not(found: Parity) -> str | None:
    if found.relative > found.tolerance:
        return (
            f"outputs are off by {found.relative:.2g} of their norm, tolerance "
            f"{found.tolerance:.2g}; largest difference {found.max_abs:.2g}"
        )
    if found.top1 is not None and found.top1 < (found.top1_at_least or 0.0):
        return (
            f"the best class agrees in {found.top1:.0%} of {found.rows} rows, at least "
            f"{found.top1_at_least:.0%} are asked"
        )
    return None

"""Whether a framework computed what the float64 reference says, before anything is timed."""

from __future__ import annotations

import numpy as np

from framework_probes.probe import Arrays, Probe
from framework_probes.results import Equality


class WrongResult(Exception):
    """What was computed is not what was asked for. The message is one line."""


def compare(probe: Probe, inputs: Arrays, reference: Arrays, outputs: Arrays) -> Equality:
    """The largest max|error| / max|reference| over everything compared.

    Relative to the largest entry of each array, not entry by entry: an entry that cancels to
    almost zero is no worse computed than its neighbours.

    Raises:
        WrongResult: an array is missing, has another dtype or shape, holds NaN or infinity, or
            is further off than the probe's tolerance.
    """
    # Narrower ones were widened to compare them: the adapter says what they were, see proving.
    wanted = np.float64 if probe.dtype == "float64" else np.float32
    for name, value in outputs.items():
        if value.dtype != wanted:
            raise WrongResult(f"{name} has dtype {value.dtype}, expected {probe.stored}")
    compared = probe.compared(inputs, outputs)
    tolerance = probe.tolerances[probe.dtype]
    error, worst = 0.0, ""
    for name, expected in reference.items():
        if name not in compared:
            raise WrongResult(f"{name} was not computed")
        value = compared[name]
        if value.shape != expected.shape:
            raise WrongResult(f"{name} has shape {value.shape}, expected {expected.shape}")
        if not np.isfinite(value).all():
            raise WrongResult(f"{name} holds NaN or infinity")
        scale = float(np.abs(expected).max()) or 1.0
        difference = float(np.abs(value - expected).max()) / scale
        if difference >= error:
            error, worst = difference, name
    if error > tolerance:
        raise WrongResult(
            f"{worst} is off by {error:.2g} of its largest entry, tolerance {tolerance:.2g}"
        )
    return Equality(probe.compared_with, tuple(reference), error, tolerance)


def identical(first: Arrays, second: Arrays) -> bool:
    """Whether two runs gave the same bits."""
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name]) for name in first
    )

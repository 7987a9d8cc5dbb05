"""What one process left for the others: a model's weights, and what came out where no NumPy says.

A file with no reference is compared with itself: the first framework that computes it leaves its
results, filed under a digest of the inputs, and everybody else must give the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from framework_probes import timing
from framework_probes.equality import WrongResult
from framework_probes.probe import Adapter, Array, Arrays, Probe, Program


@dataclass(frozen=True, slots=True)
class Witness:
    """A folder that the workers of one run share."""

    folder: Path

    def weights(self) -> dict[str, Array] | None:
        """Those of the model, in order; None before anybody has built it."""
        return _read(self.folder / "weights.npz")

    def keep_weights(self, weights: Mapping[str, Array]) -> None:
        """Have every model that is built from now on begin with these."""
        _write(self.folder / "weights.npz", weights)

    def who(self, probe: str) -> str:
        """Whose results those of a probe are."""
        path = self.folder / f"{probe}.txt"
        return path.read_text() if path.exists() else "whoever was asked first"

    def name(self, probe: str, subject: str) -> None:
        """Say so."""
        (self.folder / f"{probe}.txt").write_text(subject)

    def results(self, inputs: Arrays) -> dict[str, Array]:
        """What came out of these inputs, in float64. Raises WrongResult where nobody has said."""
        found = _read(self._place(inputs))
        if found is None:
            raise WrongResult(
                "these inputs are not those that were computed first: inputs(rng) gives others in "
                "this process; draw everything from rng"
            )
        return {name: value.astype(np.float64) for name, value in found.items()}

    def keep_results(self, inputs: Arrays, results: Arrays) -> None:
        """What these inputs gave."""
        _write(self._place(inputs), results)

    def _place(self, inputs: Arrays) -> Path:
        digest = hashlib.sha256()
        for name, value in inputs.items():
            digest.update(f"{name} {value.dtype} {value.shape}".encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        return self.folder / f"{digest.hexdigest()}.npz"


def testimony(adapter: Adapter, probe: Probe, program: Program, inputs: Arrays) -> dict[str, Array]:
    """What a program gives from its start on these inputs.

    Raises:
        WrongResult: it is no array, holds NaN or infinity, or has another dtype than asked for.
    """
    step = program.step if program.on is None else program.on(inputs)
    program.reset()
    result, _ = timing.call(adapter, replace(program, step=step))
    for name, value in (found := program.read(result)).items():
        if value.dtype != np.dtype(probe.stored):
            raise WrongResult(f"{name} has dtype {value.dtype}, expected {probe.stored}")
        if not np.isfinite(value).all():
            raise WrongResult(f"{name} holds NaN or infinity")
    return found


def _read(path: Path) -> dict[str, Array] | None:
    if not path.exists():
        return None
    # Positions for names: a name of an array may be no name of a file.
    with np.load(path) as kept:
        names = [str(name) for name in kept["names"]]
        return {name: kept[str(place)] for place, name in enumerate(names)}


def _write(path: Path, arrays: Mapping[str, Array]) -> None:
    numbered = {str(place): value for place, value in enumerate(arrays.values())}
    with path.open("wb") as file:
        np.savez(file, names=np.array(list(arrays), dtype=str), **numbered)  # type: ignore[arg-type]

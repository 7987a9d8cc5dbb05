"""``jax.export``: StableHLO, lowered for one or several platforms and serialized."""

from __future__ import annotations

import jax
from jax import export as exporting

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """For ``platforms``, separated by commas; any number of rows."""
    platforms = making.options.get("platforms", "cpu").split(",")
    sizes = ", ".join(map(str, making.example().shape[1:]))
    shape = exporting.symbolic_shape(f"batch, {sizes}")
    program = exporting.export(jax.jit(making.source()), platforms=platforms)
    lowered = program(jax.ShapeDtypeStruct(shape, "float32"))
    (making.folder / "model.jax").write_bytes(lowered.serialize())
    return Artefact(batches=True)

"""Exports the trained function as StableHLO, which JAX loads without the model's code."""

from pathlib import Path

import jax
import numpy as np
from flax import nnx
from jax import export as jax_export

from data import batch

BATCH = 8
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4
#: Where the program can run; the weights are in it.
PLATFORMS = ("cpu", "cuda", "tpu")


def export(model: nnx.Module, folder: Path) -> Path:
    """Writes ``model.stablehlo``; any batch size may be asked of it."""
    path = folder / "model.stablehlo"
    graph, state = nnx.split(model)
    example = batch(np.random.default_rng(0), BATCH)[0]
    (size,) = jax_export.symbolic_shape("batch")
    inputs = jax.ShapeDtypeStruct((size, *example.shape[1:]), example.dtype)
    function = jax.jit(lambda given: nnx.merge(graph, state)(given))
    path.write_bytes(jax_export.export(function, platforms=PLATFORMS)(inputs).serialize())
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, from the exported file alone."""
    return np.asarray(jax_export.deserialize(bytearray(path.read_bytes())).call(inputs))


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

"""Rows of a large table, looked up by number: what the first layer on words or items does."""

from __future__ import annotations

import numpy as np

from framework_probes.operation import operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

ROWS, WIDTH, LOOKUPS = 65_536, 128, 49_152


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "table": normal(generator, ROWS, WIDTH),
        "ids": generator.integers(0, ROWS, LOOKUPS, dtype=np.int32),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    return {"rows": inputs["table"][inputs["ids"]]}


def _pytorch(adapter: Adapter) -> Native:
    embedding = adapter.module.nn.functional.embedding
    return lambda table, ids: embedding(ids, table)


def _tensorflow(adapter: Adapter) -> Native:
    return adapter.module.nn.embedding_lookup


def _take(adapter: Adapter) -> Native:
    """As Flax and Keras embed."""
    return lambda table, ids: adapter.operations.take(table, ids, axis=0)


PROBE = Probe(
    id="embedding",
    title="Embedding",
    measures="Looking up rows of a table by their numbers, forward.",
    shape=f"{LOOKUPS} of {ROWS} rows of {WIDTH}",
    dtype="float32",
    flops=0,
    # The rows that are asked for, read and written, and their numbers; never the whole table.
    bytes=LOOKUPS * (2 * WIDTH + 1) * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("recommender", 0.5), ("llm", 0.1), ("transformer", 0.1), ("gnn", 0.3)),
    tolerances={"float32": 2e-5},
    cost_s=12.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("ids",),
    builders={
        "pytorch": operation(_pytorch, "rows"),
        "tensorflow": operation(_tensorflow, "rows"),
        "jax": operation(_take, "rows"),
        "keras": operation(_take, "rows"),
    },
)
PROBES = (PROBE,)

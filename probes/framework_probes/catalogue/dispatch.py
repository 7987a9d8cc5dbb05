"""Adding two tiny arrays: what it costs to ask, as nothing is left to compute."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, Program, normal

SIZE = 8


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"a": normal(generator, SIZE), "b": normal(generator, SIZE)}


def _solve(inputs: Arrays) -> dict[str, Array]:
    return {"sum": inputs["a"] + inputs["b"]}


def _build(adapter: Adapter, inputs: Arrays) -> Program:
    """One builder: ``add`` has one name and one meaning in all of them, NumPy included."""
    operations = adapter.operations

    def total(a: Native, b: Native) -> Native:
        return operations.add(a, b)

    add = adapter.compile(total)

    def on(data: Arrays) -> Callable[[], Native]:
        a, b = adapter.array(data["a"]), adapter.array(data["b"])
        return lambda: add(a, b)

    return Program(
        step=on(inputs),
        on=on,
        read=lambda total: {"sum": adapter.neutral(total)},
        layout="row-major",
    )


PROBE = Probe(
    id="dispatch",
    title="Cost of a tiny operation",
    measures="Adding two arrays of eight numbers: the time goes to Python and the framework.",
    shape=f"{SIZE} plus {SIZE}",
    dtype="float32",
    flops=SIZE,
    bytes=3 * SIZE * 4,
    reference_kind="numpy",
    criterion="inference_speed",
    families=(
        ("reinforcement_learning", 0.5),
        ("rnn", 0.4),
        ("gnn", 0.4),
        ("scientific", 0.3),
        ("tabular", 0.3),
        ("mlp", 0.2),
        ("recommender", 0.2),
        ("other", 0.2),
    ),
    tolerances={"float32": 2e-5},
    cost_s=5.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("a", "b"),
    builders={
        "pytorch": _build,
        "tensorflow": _build,
        "jax": _build,
        "keras": _build,
        "numpy": _build,
    },
)
PROBES = (PROBE,)

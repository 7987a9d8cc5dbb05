"""Matrix times matrix: the kernel under every dense layer.

Two shapes are of Baidu's DeepBench, ``code/kernels/gemm_problems.h``: (m, n, k) = (1760, 16, 1760)
of its training set, and (35, 700, 2048) of its inference set for servers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, Program, normal

SIZE = 512
#: Further shapes: rows, inner and columns. A small one that fits the first cache, one that fills
#: a core's last, and DeepBench's: weights times a narrow batch, few rows times wide weights.
SHAPES = {
    "small": (64, 64, 64),
    "large": (1024, 1024, 1024),
    "narrow": (1760, 1760, 16),
    "few_rows": (35, 2048, 700),
}


def _drawn(
    rows: int, inner: int, columns: int
) -> Callable[[np.random.Generator], dict[str, Array]]:
    def draw(generator: np.random.Generator) -> dict[str, Array]:
        return {"a": normal(generator, rows, inner), "b": normal(generator, inner, columns)}

    return draw


def _solve(inputs: Arrays) -> dict[str, Array]:
    return {"product": inputs["a"] @ inputs["b"]}


def _build(adapter: Adapter, inputs: Arrays) -> Program:
    """One builder: ``matmul`` has one name and one meaning in all of them."""
    operations = adapter.operations

    def product(a: Native, b: Native) -> Native:
        return operations.matmul(a, b)

    multiply = adapter.compile(product)

    def on(data: Arrays) -> Callable[[], Native]:
        a, b = adapter.array(data["a"]), adapter.array(data["b"])
        return lambda: multiply(a, b)

    return Program(
        step=on(inputs),
        on=on,
        read=lambda product: {"product": adapter.neutral(product)},
        layout="row-major",
    )


PROBE = Probe(
    id="matmul",
    title="Matrix product",
    measures="Multiplying two square matrices.",
    shape=f"{SIZE}x{SIZE} times {SIZE}x{SIZE}",
    dtype="float32",
    flops=2 * SIZE**3,
    bytes=3 * SIZE * SIZE * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(
        ("mlp", 0.5),
        ("transformer", 0.4),
        ("llm", 0.4),
        ("scientific", 0.4),
        ("recommender", 0.3),
        ("tabular", 0.3),
        ("rnn", 0.3),
        ("speech", 0.3),
        ("diffusion", 0.2),
        ("gnn", 0.2),
        ("other", 0.2),
    ),
    tolerances={"float32": 2e-5, "tf32": 2e-3, "bfloat16": 2.5e-2, "float16": 4e-3},
    cost_s=16.0,
    trains=False,
    draw=_drawn(SIZE, SIZE, SIZE),
    solve=_solve,
    data=("a", "b"),
    builders={"pytorch": _build, "tensorflow": _build, "jax": _build, "keras": _build},
)


def _of(case: str, rows: int, inner: int, columns: int) -> Probe:
    """The same product of other matrices, in float32 alone."""
    return replace(
        PROBE,
        id=f"matmul.{case}",
        title=f"Matrix product, {case.replace('_', ' ')}",
        measures="Multiplying two matrices.",
        shape=f"{rows}x{inner} times {inner}x{columns}",
        flops=2 * rows * inner * columns,
        bytes=(rows * inner + inner * columns + rows * columns) * 4,
        # They resemble a project's work less than the size that stands for all of them.
        families=tuple((family, share / 2) for family, share in PROBE.families),
        tolerances={"float32": PROBE.tolerances["float32"]},
        cost_s=11.0,
        draw=_drawn(rows, inner, columns),
    )


PROBES = (PROBE, *(_of(case, *shape) for case, shape in SHAPES.items()))

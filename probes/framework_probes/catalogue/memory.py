"""Moving bytes: what a copy and a triad make of arrays that no cache holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from framework_probes.operation import operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

#: 48 MiB each: two of them exceed the last cache of most machines several times.
LENGTH = 12 << 20
FACTOR = 1.5


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"a": normal(generator, LENGTH)}


def _draw_two(generator: np.random.Generator) -> dict[str, Array]:
    return {"a": normal(generator, LENGTH), "b": normal(generator, LENGTH)}


def _copy(adapter: Adapter) -> Callable[..., Native]:
    """Each framework's word for new memory with the same numbers."""
    subject, module = adapter.backend.subject, adapter.backend.module
    if subject == "pytorch":
        return lambda a: a.clone()
    if subject == "jax":
        copy: Callable[..., Native] = module.numpy.copy
        return copy
    if subject == "tensorflow":
        if "XLA" in (adapter.compiler or ""):
            raise NotImplementedError("XLA drops a copy that TensorFlow asks for; see memory.triad")
        # ``identity`` shares the memory: a copy that is asked for is what is left.
        return lambda a: module.raw_ops.DeepCopy(x=a)
    raise NotImplementedError(f"no copy is known of {subject}")


def _triad(adapter: Adapter) -> Callable[..., Native]:
    operations = adapter.operations
    return lambda a, b: operations.add(a, operations.multiply(b, FACTOR))


def _copied(inputs: Arrays) -> dict[str, Array]:
    return {"result": inputs["a"]}


COPY, TRIAD = operation(_copy, "result"), operation(_triad, "result")
PROBE = Probe(
    id="memory",
    title="Copying memory",
    measures="A copy of an array that no cache holds.",
    shape=f"{LENGTH} numbers",
    dtype="float32",
    flops=0,
    bytes=2 * LENGTH * 4,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("scientific", 0.1), ("gnn", 0.1), ("recommender", 0.1)),
    tolerances={"float32": 2e-5},
    cost_s=18.0,
    trains=False,
    draw=_draw,
    solve=_copied,
    data=("a",),
    builders={"pytorch": COPY, "tensorflow": COPY, "jax": COPY, "keras": COPY},
)
PROBES = (
    PROBE,
    replace(
        PROBE,
        id="memory.triad",
        title="Memory triad",
        measures="One array plus a number times another, none of which a cache holds.",
        flops=2 * LENGTH,
        bytes=3 * LENGTH * 4,
        draw=_draw_two,
        solve=lambda inputs: {"result": inputs["a"] + FACTOR * inputs["b"]},
        data=("a", "b"),
        builders={"pytorch": TRIAD, "tensorflow": TRIAD, "jax": TRIAD, "keras": TRIAD},
    ),
)

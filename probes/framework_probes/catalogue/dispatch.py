"""Adding two tiny arrays: what it costs to ask, as nothing is left to compute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from framework_probes.operation import operation
from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Probe, Program, normal

SIZE = 8
#: How many arrays one operation takes: its arguments are looked at one by one.
ARGUMENTS = (1, 10, 100)
#: How many operations wait for each other: what a compiler makes one of, eager code pays for each.
LINKS = (10, 100)


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


def _join(adapter: Adapter) -> Callable[..., Native]:
    operations = adapter.operations
    if adapter.subject == "tensorflow":
        return lambda *arrays: operations.concat(arrays, 0)
    return lambda *arrays: operations.concatenate(arrays)


def _negate(adapter: Adapter) -> Callable[..., Native]:
    operations = adapter.operations

    def negative(a: Native) -> Native:
        return operations.negative(a)

    return negative


def _subtract(times: int) -> Callable[[Adapter], Callable[..., Native]]:
    """Differences, since sums of one array again and again are what compilers rewrite."""

    def make(adapter: Adapter) -> Callable[..., Native]:
        operations = adapter.operations

        def chain(a: Native, b: Native) -> Native:
            for _ in range(times):
                a = operations.subtract(a, b)
            return a

        return chain

    return make


def _case(case: str, build: Builder, **details: object) -> Probe:
    """Another tiny piece of work. It resembles a project's less than the one that stands for it."""
    changed = {
        "id": f"dispatch.{case}",
        "families": tuple((family, share / 4) for family, share in PROBE.families),
        "builders": dict.fromkeys(PROBE.builders, build),
    }
    return replace(PROBE, **(changed | details))  # type: ignore[arg-type]


def _arguments(count: int) -> Probe:
    """One operation of so many arrays; of one there is nothing to join, so it is negated."""
    names = [f"a{place}" for place in range(count)]

    def draw(generator: np.random.Generator) -> dict[str, Array]:
        return {name: normal(generator, SIZE) for name in names}

    def solve(inputs: Arrays) -> dict[str, Array]:
        parts = [inputs[name] for name in names]
        return {"result": np.concatenate(parts) if count > 1 else -parts[0]}

    return _case(
        f"arguments_{count}",
        operation(_join if count > 1 else _negate, "result"),
        title=f"Cost of a tiny operation, {count} argument{'s' if count > 1 else ''}",
        measures="Joining arrays of eight numbers: each argument is looked at."
        if count > 1
        else "The negative of eight numbers: the least that can be asked.",
        shape=f"{count} times {SIZE}",
        flops=0 if count > 1 else SIZE,
        bytes=2 * count * SIZE * 4,
        draw=draw,
        solve=solve,
        data=tuple(names),
    )


def _chain(links: int) -> Probe:
    return _case(
        f"chain_{links}",
        operation(_subtract(links), "result"),
        title=f"Cost of {links} tiny operations in a chain",
        measures="Differences of eight numbers that wait for each other: compilers fuse them.",
        shape=f"{SIZE} minus {SIZE}, {links} times",
        flops=links * SIZE,
        solve=lambda inputs: {"result": inputs["a"] - links * inputs["b"]},
    )


PROBES = (PROBE, *(_arguments(count) for count in ARGUMENTS), *(_chain(links) for links in LINKS))

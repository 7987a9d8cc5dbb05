"""What the selftests time: small operations, and each of them made longer by a known factor.

A worker loads this module as its catalogue. ``tanh@5`` calls the operation of ``tanh`` five times
in one iteration: against ``tanh@4`` it is slower by exactly 1.25, whatever the operation costs, and
it is real work that a framework does, not a delay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from framework_probes.catalogue import SUITES as _SUITES
from framework_probes.catalogue import conv_block, dispatch, encoder_block, matmul
from framework_probes.probe import (
    Adapter,
    Arrays,
    Builder,
    Native,
    Probe,
    Program,
    normal,
    total_bytes,
)

#: How often an operation is called in one iteration; neighbours are 1.25 and 1.10 apart.
REPEATS = (1, 4, 5, 10, 11)
SUITES = _SUITES

Step = Callable[..., Native]


def repeated(probe: Probe, times: int) -> Probe:
    """The same probe, its operation called ``times`` times in one iteration."""
    if times == 1:
        return probe
    return replace(
        probe,
        id=name(probe.id, times),
        flops=probe.flops * times,
        bytes=probe.bytes * times,
        builders={who: _repeat(build, times) for who, build in probe.builders.items()},
    )


def name(operation: str, times: int) -> str:
    """The id of an operation called so often: ``tanh`` once, ``tanh@5`` five times."""
    return operation if times == 1 else f"{operation}@{times}"


def _repeat(build: Builder, times: int) -> Builder:
    def builder(adapter: Adapter, inputs: Arrays) -> Program:
        program = build(adapter, inputs)
        on = program.on
        return replace(
            program,
            step=_loop(program.step, times),
            on=None if on is None else lambda data: _loop(on(data), times),
        )

    return builder


def _loop(step: Callable[[], Native], times: int) -> Callable[[], Native]:
    def loop() -> Native:
        for _ in range(times):
            result = step()
        return result

    return loop


def _operation(
    id_: str,
    measures: str,
    shapes: Mapping[str, tuple[int, ...]],
    flops: int,
    make: Callable[[Native], Step],
) -> Probe:
    """A probe of one expression whose functions have one name in every framework and in NumPy.

    ``make`` turns a module of array functions into the function of the arrays in ``shapes``.
    """

    def draw(generator: np.random.Generator) -> dict[str, np.ndarray]:
        return {key: normal(generator, *shape) for key, shape in shapes.items()}

    def build(adapter: Adapter, inputs: Arrays) -> Program:
        compute = adapter.compile(make(adapter.operations))

        def on(data: Arrays) -> Callable[[], Native]:
            arrays = [adapter.array(data[key]) for key in shapes]
            return lambda: compute(*arrays)

        return Program(
            step=on(inputs),
            on=on,
            read=lambda result: {"result": adapter.neutral(result)},
            layout="row-major",
        )

    return replace(
        matmul.PROBE,
        id=id_,
        title=id_.replace("_", " "),
        measures=measures,
        shape=", ".join("x".join(map(str, shape)) for shape in shapes.values()),
        flops=flops,
        bytes=total_bytes(draw(np.random.default_rng(0))),
        draw=draw,
        data=tuple(shapes),
        solve=lambda inputs: {"result": make(np)(*(inputs[key] for key in shapes))},
        builders=dict.fromkeys(("pytorch", "tensorflow", "jax", "keras"), build),
    )


def _einsum(rule: str) -> Callable[[Native], Step]:
    return lambda module: lambda *arrays: module.einsum(rule, *arrays)


_LINE, _LONG, _MATRIX, _BATCH = (1 << 15,), (1 << 20,), (128, 128), (8, 32, 32)

#: Light operations: an iteration stays in the microseconds, so that eleven of them are a block.
LIGHT = (
    _operation("exponential", "exp.", {"a": _LINE}, _LINE[0], lambda module: module.exp),
    _operation("tanh", "tanh.", {"a": _LINE}, _LINE[0], lambda module: module.tanh),
    _operation(
        "multiply_add",
        "a b + c, small.",
        {"a": _LINE, "b": _LINE, "c": _LINE},
        2 * _LINE[0],
        lambda module: lambda a, b, c: module.add(module.multiply(a, b), c),
    ),
    _operation(
        "long_sum",
        "a + b, beyond the second cache.",
        {"a": _LONG, "b": _LONG},
        _LONG[0],
        lambda module: module.add,
    ),
    _operation(
        "small_matmul",
        "Product of two small matrices.",
        {"a": _MATRIX, "b": _MATRIX},
        2 * 128**3,
        lambda module: module.matmul,
    ),
    _operation(
        "batched_matmul",
        "Products of many small matrices.",
        {"a": _BATCH, "b": _BATCH},
        2 * 8 * 32**3,
        _einsum("bij,bjk->bik"),
    ),
    _operation("row_sums", "Sum of each row.", {"a": (256, 256)}, 256 * 256, _einsum("ij->i")),
    dispatch.PROBE,
)
#: Heavier ones, of the catalogue that users run.
HEAVY = (matmul.PROBE, conv_block.PROBE, encoder_block.PROBE)

CATALOGUE: Mapping[str, Probe] = MappingProxyType(
    {
        longer.id: longer
        for probe in (*LIGHT, *HEAVY)
        for longer in (repeated(probe, times) for times in REPEATS)
    }
)

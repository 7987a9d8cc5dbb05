"""Programs that are wrong, each in one way, as a catalogue: what the faults selftest injects.

A worker loads this module in place of the catalogue, by ``Setup.catalogue``; no request can name
it. Each fault is the real thing where this machine can have it: a result that is not waited for, a
compiler that traces anew, memory that does not exist, a jump to address zero.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from framework_probes.catalogue import Suite, matmul
from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Probe, Program, normal

SIZE = 640
Step = Callable[[], Native]


def sound(adapter: Adapter, inputs: Arrays) -> Program:
    """The control: nothing is wrong, and it has to come out so."""
    product = adapter.compile(adapter.operations.matmul)

    def on(data: Arrays) -> Step:
        a, b = adapter.array(data["a"]), adapter.array(data["b"])
        return lambda: product(a, b)

    return _program(adapter, inputs, on)


@dataclass(frozen=True, slots=True)
class _Hidden:
    """A result in a wrapping that no framework's wait looks into."""

    value: Native


def missing_sync(adapter: Adapter, inputs: Arrays) -> Program:
    """Work is begun, and what is waited for is an array that was ready before."""
    program = sound(adapter, inputs)

    def on(data: Arrays) -> Step:
        step, ready = _on(program, data), adapter.array(data["a"][:1])
        return lambda: (ready, _Hidden(step()))

    return replace(
        program, step=on(inputs), on=on, read=lambda result: program.read(result[1].value)
    )


def tf32(adapter: Adapter, inputs: Arrays) -> Program:
    """Factors with the 10 bits of mantissa that TensorFloat-32 keeps, called float32."""
    return _fed(adapter, inputs, lambda _, value: _rounded(value, bits=10))


def retrace(adapter: Adapter, inputs: Arrays) -> Program:
    """A new Python number in every call, by which a tracing compiler starts over."""
    calls = 0

    def on(data: Arrays) -> Step:
        a, b = adapter.array(data["a"]), adapter.array(data["b"])

        def step() -> Native:
            nonlocal calls
            calls += 1
            known = calls
            product = adapter.compile(lambda a, b: adapter.operations.matmul(a, b) + 0.0 * known)
            return product(a, b)

        return step

    return _program(adapter, inputs, on)


def wrong_device(adapter: Adapter, inputs: Arrays) -> Program:
    """PyTorch's device ``meta``, on which nothing is computed and everything is fast."""
    torch = adapter.module

    def on(data: Arrays) -> Step:
        a, b = (adapter.array(data[name]).to("meta") for name in ("a", "b"))
        return lambda: torch.matmul(a, b)

    return _program(adapter, inputs, on)


def float64(adapter: Adapter, inputs: Arrays) -> Program:
    """Double precision, where single precision was asked for."""
    return _fed(adapter, inputs, lambda _, value: value.astype(np.float64))


def transposed_weight(adapter: Adapter, inputs: Arrays) -> Program:
    """A weight copied from a framework that keeps it the other way round."""
    return _fed(
        adapter,
        inputs,
        lambda name, value: np.ascontiguousarray(value.T) if name == "b" else value,
    )


def cached_output(adapter: Adapter, inputs: Arrays) -> Program:
    """The first result, handed out again and again."""
    program = sound(adapter, inputs)
    kept: list[Native] = []

    def on(data: Arrays) -> Step:
        step = _on(program, data)

        def cached() -> Native:
            if not kept:
                kept.append(step())
            return kept[0]

        return cached

    return replace(program, step=on(inputs), on=on)


def constant_folding(adapter: Adapter, inputs: Arrays) -> Program:
    """Inputs captured instead of passed, so that a compiler may compute once, beforehand."""
    a, b = adapter.array(inputs["a"]), adapter.array(inputs["b"])
    product = adapter.compile(lambda: adapter.operations.matmul(a, b))
    return _program(adapter, inputs, lambda _: product)


def out_of_memory(adapter: Adapter, inputs: Arrays) -> Program:
    """An array of a pebibyte."""
    huge = adapter.operations.ones((1 << 24, 1 << 24))
    return _program(adapter, inputs, lambda _: lambda: huge)


def hang(_adapter: Adapter, _inputs: Arrays) -> Program:
    """A call that does not come back."""
    while True:
        time.sleep(3600.0)


def segfault(_adapter: Adapter, _inputs: Arrays) -> Program:
    """Native code that reads address zero."""
    ctypes.string_at(0)
    raise AssertionError("address zero could be read")


def _program(adapter: Adapter, inputs: Arrays, on: Callable[[Arrays], Step]) -> Program:
    return Program(
        step=on(inputs),
        on=on,
        read=lambda product: {"product": adapter.neutral(product)},
        layout="row-major",
    )


def _fed(adapter: Adapter, inputs: Arrays, change: Callable[[str, Array], Array]) -> Program:
    """The sound program on factors that are not those that were asked for."""
    program = sound(adapter, inputs)

    def on(data: Arrays) -> Step:
        return _on(program, {name: change(name, value) for name, value in data.items()})

    return replace(program, step=on(inputs), on=on)


def _on(program: Program, data: Arrays) -> Step:
    if program.on is None:
        raise TypeError("a program of this module can be given other data")
    return program.on(data)


def _rounded(value: Array, bits: int) -> Array:
    """Float32 with so many bits of mantissa left, cut off."""
    mask = np.uint32(0xFFFFFFFF << (23 - bits) & 0xFFFFFFFF)
    return (value.view(np.uint32) & mask).view(np.float32)


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"a": normal(generator, SIZE, SIZE), "b": normal(generator, SIZE, SIZE)}


#: In this order: what ends its process comes last, as a worker that dies often is given up.
FAULTS: Mapping[str, Builder] = MappingProxyType(
    {
        build.__name__: build
        for build in (
            sound,
            missing_sync,
            tf32,
            retrace,
            wrong_device,
            float64,
            transposed_weight,
            cached_output,
            constant_folding,
            out_of_memory,
            hang,
            segfault,
        )
    }
)
CATALOGUE: Mapping[str, Probe] = MappingProxyType(
    {
        name: replace(
            matmul.PROBE,
            id=name,
            shape=f"{SIZE}x{SIZE} times {SIZE}x{SIZE}",
            flops=2 * SIZE**3,
            bytes=3 * SIZE * SIZE * 4,
            cost_s=0.1,
            draw=_draw,
            builders=dict.fromkeys(("pytorch", "tensorflow", "jax", "keras"), build),
        )
        for name, build in FAULTS.items()
    }
)
_SUITE = Suite(
    probes=tuple(CATALOGUE),
    tiers=("eager",),
    budget_s=600.0,
    rounds=(6, 8),
    block_s=0.010,
    probe_s=5.0,
    replicates=1,
    fresh=False,
)
SUITES: Mapping[str, Suite] = MappingProxyType(
    {"eager": _SUITE, "compiled": replace(_SUITE, tiers=("compiled",))}
)

"""Single operations: one function of arrays, compiled, its inputs passed as arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Program

#: From an adapter to the function of the inputs' arrays, in the order in which they are drawn.
Make = Callable[[Adapter], Callable[..., Native]]


def operation(
    make: Make,
    *results: str,
    layout: str = "row-major",
    inward: Callable[[Array], Array] = lambda value: value,
    outward: Callable[[Array], Array] = lambda value: value,
) -> Builder:
    """A builder of the function that ``make`` gives.

    Args:
        make: how a framework does it.
        results: names of what the function returns, in order.
        layout: as in :class:`~framework_probes.probe.Program`.
        inward: from the neutral layout of an input to the framework's, outside the timed step.
        outward: the way back of a result.
    """

    def build(adapter: Adapter, inputs: Arrays) -> Program:
        compute = adapter.compile(make(adapter))

        def on(data: Arrays) -> Callable[[], Native]:
            arrays = [adapter.array(inward(data[name])) for name in inputs]
            return lambda: compute(*arrays)

        def read(result: Native) -> dict[str, Array]:
            return named(adapter, results, result, outward)

        return Program(step=on(inputs), on=on, read=read, layout=layout)

    return build


def image_operation(make: Make, result: str = "y") -> Builder:
    """The same where one result and the inputs of four axes are images, NHWC unless forced.

    PyTorch gets NCHW with channels_last memory. Of what has four axes only ``kernel`` is none:
    it is HWIO, and PyTorch's OIHW lies in memory as its images do.
    """

    def build(adapter: Adapter, inputs: Arrays) -> Program:
        torch = adapter.subject == "pytorch"
        first = adapter.layout == "NCHW"
        compute = adapter.compile(make(adapter))

        def native(name: str, value: Array) -> Native:
            if value.ndim != 4 or (name == "kernel" and not torch):
                return adapter.array(value)
            if name == "kernel":
                value = np.ascontiguousarray(value.transpose(3, 0, 1, 2))
            if first:
                return adapter.array(np.ascontiguousarray(value.transpose(0, 3, 1, 2)))
            # A permuted view of NHWC memory is what torch calls channels_last.
            images = adapter.array(value)
            return images.permute(0, 3, 1, 2) if torch else images

        def on(data: Arrays) -> Callable[[], Native]:
            arrays = [native(name, data[name]) for name in inputs]
            return lambda: compute(*arrays)

        def read(found: Native) -> dict[str, Array]:
            y = adapter.neutral(found)
            return {result: y.transpose(0, 2, 3, 1) if torch or first else y}

        usual = "NCHW, channels_last memory" if torch else "NHWC"
        return Program(step=on(inputs), on=on, read=read, layout=adapter.layout or usual)

    return build


def gradient_operation(
    make: Make,
    by: Sequence[str],
    *,
    layout: str = "row-major",
    inward: Callable[[Array], Array] = lambda value: value,
    outward: Callable[[Array], Array] = lambda value: value,
) -> Builder:
    """A builder of a scalar ``loss`` and its gradients, ``gradient/name`` for each name in ``by``.

    ``by``: the first inputs, in order; ``make`` gives the loss as a function of all of them.
    Eager PyTorch and TensorFlow record the loss and walk back; all others transform it.
    """
    count = len(by)
    results = ("loss", *(f"gradient/{name}" for name in by))

    def build(adapter: Adapter, inputs: Arrays) -> Program:
        backend = adapter.backend
        compute = _gradients(adapter, make(adapter), count)
        tracked = backend.subject == "pytorch" and adapter.tier == "eager"

        def on(data: Arrays) -> Callable[[], Native]:
            arrays = [adapter.array(inward(data[name])) for name in inputs]
            if tracked:
                for array in arrays[:count]:
                    array.requires_grad_()
            return lambda: compute(*arrays)

        def read(result: Native) -> dict[str, Array]:
            return named(adapter, results, result, outward)

        return Program(step=on(inputs), on=on, read=read, layout=layout)

    return build


def _gradients(
    adapter: Adapter, loss: Callable[..., Native], count: int
) -> Callable[..., tuple[Native, ...]]:
    module, subject = adapter.backend.module, adapter.backend.subject
    places = tuple(range(count))

    def recorded_by_torch(*arrays: Native) -> tuple[Native, ...]:
        value = loss(*arrays)
        return value, *module.autograd.grad(value, arrays[:count])

    def recorded_by_tensorflow(*arrays: Native) -> tuple[Native, ...]:
        with module.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(arrays[:count])
            value = loss(*arrays)
        return value, *tape.gradient(value, arrays[:count])

    if subject == "tensorflow":
        return adapter.compile(recorded_by_tensorflow)
    if subject == "jax":
        transformed = module.value_and_grad(loss, places)

        def transformed_by_jax(*arrays: Native) -> tuple[Native, ...]:
            value, gradients = transformed(*arrays)
            return value, *gradients

        return adapter.compile(transformed_by_jax)
    if adapter.tier == "eager":
        return recorded_by_torch
    # As one function the forward and the backward pass become one graph.
    both = module.func.grad_and_value(loss, places)

    def transformed_by_torch(*arrays: Native) -> tuple[Native, ...]:
        gradients, value = both(*arrays)
        return value, *gradients

    return adapter.compile(transformed_by_torch)


def named(
    adapter: Adapter,
    names: Sequence[str],
    result: Native,
    outward: Callable[[Array], Array] = lambda value: value,
) -> dict[str, Array]:
    """One result or several in a tuple, by name, as NumPy."""
    found = result if isinstance(result, tuple) else (result,)
    return {name: outward(adapter.neutral(value)) for name, value in zip(names, found, strict=True)}

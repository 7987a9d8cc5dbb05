"""Moving an array between the processor's memory and a device's, which the processor has not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Probe, Program, normal

#: 16 MiB: long against what a transfer costs to begin.
LENGTH = 4 << 20
NOTHING_TO_CROSS = (
    "the processor is the device here and nothing is moved; measure it where there is an "
    "accelerator, as with --device cuda"
)


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"x": normal(generator, LENGTH)}


def _moved(inputs: Arrays) -> dict[str, Array]:
    return {"result": inputs["x"]}


def _inward(adapter: Adapter, x: Array) -> Callable[[], Native]:
    """From a NumPy array, as data comes from a loader."""
    module, subject = adapter.backend.module, adapter.backend.subject
    if subject == "pytorch":
        tensor, place = module.from_numpy(x), _place(adapter)
        return lambda: tensor.to(place)
    if subject == "jax":
        return lambda: module.device_put(x)
    if subject == "tensorflow":
        return lambda: module.constant(x)
    raise NotImplementedError(f"no transfer is known of {subject}")


def _inward_locked(adapter: Adapter, x: Array) -> Callable[[], Native]:
    """From memory that the system never moves, which the device reads by itself."""
    if adapter.backend.subject != "pytorch":
        raise NotImplementedError("only PyTorch lets its users lock memory; see transfer")
    tensor, place = adapter.backend.module.from_numpy(x).pin_memory(), _place(adapter)
    return lambda: tensor.to(place, non_blocking=True)


def _outward(adapter: Adapter, x: Array) -> Callable[[], Native]:
    """To a NumPy array.

    A product makes a new one each time, as JAX keeps what it fetched; a device takes a hundredth
    of the transfer for it. It is handed out along with the copy: that says where it is.
    """
    array, one = adapter.array(x), adapter.array(np.ones(1, np.float32))

    def fetch() -> tuple[Native, Array]:
        product = array * one
        return product, adapter.neutral(product)

    return fetch


def _place(adapter: Adapter) -> Native:
    """PyTorch's device, as its tensors name it."""
    return adapter.array(np.zeros(1, np.float32)).device


def _builder(way: Callable[[Adapter, Array], Callable[[], Native]], layout: str) -> Builder:
    def build(adapter: Adapter, inputs: Arrays) -> Program:
        if adapter.tier == "compiled":
            raise NotImplementedError("nothing of a transfer is compiled; see the eager result")
        if adapter.device(adapter.array(np.zeros(1, np.float32))) == "cpu":
            raise NotImplementedError(NOTHING_TO_CROSS)

        def on(data: Arrays) -> Callable[[], Native]:
            return way(adapter, np.array(data["x"]))

        def read(moved: Native) -> dict[str, Array]:
            fetched = isinstance(moved, tuple)
            return {"result": np.array(moved[1]) if fetched else adapter.neutral(moved)}

        return Program(step=on(inputs), on=on, read=read, layout=layout)

    return build


def _case(id_: str, title: str, measures: str, builder: Builder) -> Probe:
    return Probe(
        id=id_,
        title=title,
        measures=measures,
        shape=f"{LENGTH} numbers, {LENGTH * 4 >> 20} MiB",
        dtype="float32",
        flops=0,
        bytes=2 * LENGTH * 4,
        # The ceilings that are measured are of the processor's memory.
        reference_kind="none",
        criterion="training_speed",
        # It informs no decision: what connects a device decides, and not the framework.
        families=(),
        tolerances={"float32": 2e-5},
        cost_s=0.5,
        trains=False,
        draw=_draw,
        solve=_moved,
        data=("x",),
        builders=dict.fromkeys(("pytorch", "tensorflow", "jax", "keras"), builder),
    )


PROBES = (
    _case(
        "transfer",
        "Transfer to the device",
        "An array of NumPy's, moved to the device from pageable memory.",
        _builder(_inward, "pageable memory"),
    ),
    _case(
        "transfer.locked",
        "Transfer to the device, page-locked",
        "The same from memory that the system never moves.",
        _builder(_inward_locked, "page-locked memory"),
    ),
    _case(
        "transfer.to_host",
        "Transfer from the device",
        "An array of the device's, made and moved to NumPy.",
        _builder(_outward, "pageable memory"),
    ),
)

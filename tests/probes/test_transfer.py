"""Transfers: refused where nothing is to cross, right where a device is only pretended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from framework_probes import frameworks, protocol
from framework_probes.catalogue import CATALOGUE, transfer
from framework_probes.equality import WrongResult, compare
from framework_probes.probe import Adapter
from framework_probes.process import WorkerProcess
from framework_probes.proving import Where

CASES = [probe.id for probe in transfer.PROBES]


def away(framework: str, monkeypatch: pytest.MonkeyPatch) -> Adapter:
    """An adapter on the processor that says of its arrays that a device holds them."""
    adapter = frameworks.load(framework, None, "eager", None, "cpu")
    on_processor = adapter.device

    def device(leaf: Any) -> str | None:
        return None if on_processor(leaf) is None else "cuda"

    monkeypatch.setattr(adapter, "device", device)
    return adapter


@pytest.mark.parametrize("framework", ["jax", "pytorch"])
def test_what_was_moved_is_what_arrives(framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = away(framework, monkeypatch)
    locked: list[int] = []
    if framework == "pytorch":

        def pin_memory(tensor: Any) -> Any:
            locked.append(tensor.numel())
            return tensor

        monkeypatch.setattr(adapter.module.Tensor, "pin_memory", pin_memory)
    for id_ in CASES:
        probe = CATALOGUE[id_]
        inputs, other = probe.inputs(0), probe.varied(0)
        if id_ == "transfer.locked" and framework == "jax":
            with pytest.raises(NotImplementedError, match="only PyTorch"):
                probe.builders["jax"](adapter, inputs)
            continue
        program = probe.builders[framework](adapter, inputs)  # type: ignore[index]
        moved = program.step()
        adapter.wait(moved)
        Where("float32", "cuda").holds(adapter, moved)
        reference = probe.reference(inputs)
        assert compare(probe, inputs, reference, program.read(moved)).error == 0.0
        assert program.on is not None
        with pytest.raises(WrongResult, match="is off by"):
            compare(probe, inputs, reference, program.read(program.on(other)()))
    assert locked == ([transfer.LENGTH] * 2 if framework == "pytorch" else [])


def test_each_iteration_fetches_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = away("jax", monkeypatch)
    probe = CATALOGUE["transfer.to_host"]
    step = probe.builders["jax"](adapter, probe.inputs(0)).step
    (first, copy), (second, again) = step(), step()
    assert first is not second
    assert not np.shares_memory(copy, again)


def test_on_the_processor_there_is_nothing_to_cross(
    opened: Callable[[str, str | None], WorkerProcess],
) -> None:
    worker = opened("pytorch", None)
    for id_ in CASES:
        refused = worker.ask(protocol.Prepare(id_, "eager", 0), 60.0)
        assert isinstance(refused, protocol.Refused)
        assert refused.outcome == "unsupported"
        assert "--device cuda" in refused.reason

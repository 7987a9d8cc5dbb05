"""Loaders: every one gives every sample once, brought to the same floats, and leaves no process."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from framework_probes import protocol
from framework_probes.catalogue import CATALOGUE, data_loading
from framework_probes.equality import WrongResult, compare
from framework_probes.frameworks.plain_numpy import NumPyAdapter
from framework_probes.process import WorkerProcess

LIMIT = 240.0
CASES = [probe.id for probe in data_loading.PROBES]
#: JAX's is Grain, which the pins hold.
LOADERS = [
    ("pytorch", None),
    ("tensorflow", None),
    ("jax", None),
    *(
        pytest.param("keras", backend, marks=pytest.mark.slow)
        for backend in ("tensorflow", "jax", "pytorch")
    ),
]
Opened = Callable[[str, str | None], WorkerProcess]


def started_by(parent: int) -> list[int]:
    """Process ids of the children that live, as file descriptors that become ready at their end."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [os.pidfd_open(int(child)) for child in children]


def all_ended(descriptors: list[int], within_s: float) -> bool:
    """Whether every one of these processes ends before so many seconds have passed."""
    ended = [bool(select.select([each], [], [], within_s)[0]) for each in descriptors]
    for each in descriptors:
        os.close(each)
    return all(ended)


@pytest.mark.parametrize(("framework", "backend"), LOADERS)
def test_a_loader_gives_every_sample_as_it_must_be(
    opened: Opened, framework: str, backend: str | None
) -> None:
    worker = opened(framework, backend)
    for case in CASES:
        prepared = worker.ask(protocol.Prepare(case, "eager", 0), LIMIT)
        assert isinstance(prepared, protocol.Prepared), prepared
        ran = worker.ask(protocol.Run("eager", 0.001), LIMIT)
        assert isinstance(ran, protocol.Ran), ran
        assert ran.off_processor == (case != "data_loading")
        assert worker.ask(protocol.Check("eager"), LIMIT) == protocol.Checked()
    refused = worker.ask(protocol.Prepare("data_loading", "compiled", 0), LIMIT)
    assert isinstance(refused, protocol.Refused)
    assert (refused.outcome, "see the eager result" in refused.reason) == ("unsupported", True)


def test_without_grain_jax_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_loading, "find_spec", lambda name: None)
    probe = CATALOGUE["data_loading"]
    with pytest.raises(NotImplementedError, match="pip install grain"):
        probe.builders["jax"](NumPyAdapter(), probe.inputs(0))


def test_processes_of_a_loader_end_with_what_they_were_started_for(opened: Opened) -> None:
    worker = opened("pytorch", None)
    for end in (lambda: worker.ask(protocol.Forget(), LIMIT), worker.close):
        prepared = worker.ask(protocol.Prepare("data_loading.workers_2", "eager", 0), LIMIT)
        assert isinstance(prepared, protocol.Prepared)
        loaders = started_by(worker.process.pid)
        assert len(loaders) == 4  # two for each of two sets of data
        end()
        assert all_ended(loaders, within_s=10.0)


def test_a_worker_that_is_killed_is_noticed_though_its_loaders_live(opened: Opened) -> None:
    worker = opened("pytorch", None)
    worker.ask(protocol.Prepare("data_loading.workers_1", "eager", 0), LIMIT)
    loaders = started_by(worker.process.pid)
    os.killpg(worker.process.pid, 19)  # all stopped, so that no loader ends by its own watch
    os.kill(worker.process.pid, 9)
    reply = worker.ask(protocol.Run("eager", 0.001), 10.0)
    assert isinstance(reply, protocol.Refused)
    assert reply.outcome == "crash"
    assert loaders
    assert all_ended(loaders, within_s=10.0)


def test_a_sample_that_is_missing_twice_or_in_the_wrong_place_is_found() -> None:
    probe, adapter = CATALOGUE["data_loading"], NumPyAdapter()
    inputs = probe.inputs(0)
    reference = probe.reference(inputs)
    program = probe.builders["numpy"](adapter, inputs)
    whole = program.step()
    assert compare(probe, inputs, reference, program.read(whole[::-1])).error < 1e-6
    (images, numbers), *others = whole
    twice = np.concatenate([images[:1], images[:-1]]), np.concatenate([numbers[:1], numbers[:-1]])
    mirrored = (images[:, :, ::-1], numbers)
    for broken in (others, [*whole, whole[0]], [twice, *others], [mirrored, *others]):
        found = program.read(list(broken))
        with pytest.raises(WrongResult):
            compare(probe, inputs, reference, found)

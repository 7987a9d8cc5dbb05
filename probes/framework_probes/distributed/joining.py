"""What a worker does when it is asked to train with others."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from framework_probes import protocol
from framework_probes.deployment.working import versions
from framework_probes.distributed.problem import flat
from framework_probes.probe import Array

#: Steps before any is timed; blocks, and timed steps in each. Everyone takes as many: a step ends
#: when all have come to it.
WARM, BLOCKS, STEPS = 5, 10, 10


@dataclass(frozen=True, slots=True)
class Peer:
    """One of the processes: which it is, where all of them are, and what is drawn."""

    rank: int
    addresses: tuple[str, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Together:
    """A framework's own way of training together, ready to go.

    ``step``: one step, waited for; ``gradient``: of the step before it, averaged over all;
    ``alone``: the same framework's over the whole batch, in this process; ``leave``: the end.
    """

    step: Callable[[], None]
    gradient: Callable[[], list[Array]]
    alone: Callable[[], list[Array]]
    leave: Callable[[], None]


def join(command: protocol.Join) -> protocol.Joined:
    """Take a step, keep its gradient, then time further ones."""
    module = import_module(f"framework_probes.distributed.ways.{command.way}")
    peer = Peer(command.rank, command.addresses, command.seed)
    together: Together = module.joined(peer)
    # Before the first step changes the weights.
    alone = flat(together.alone())
    start = time.perf_counter()
    try:
        together.step()
    except Exception as error:
        # Its first line alone often says nothing of what failed.
        error.args = (" ".join(str(error).split()),)
        raise
    first = time.perf_counter() - start
    np.savez(command.gradients, together=flat(together.gradient()), alone=alone)
    for _ in range(WARM):
        together.step()
    blocks = [_block(together.step) for _ in range(BLOCKS)]
    together.leave()
    return protocol.Joined(
        first_step_s=first,
        walls_s=tuple(walls for walls, _ in blocks),
        cpus_s=tuple(cpus for _, cpus in blocks),
        python=platform.python_version(),
        versions=versions(command.distributions),
    )


def _block(step: Callable[[], None]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    walls, cpus = [], []
    for _ in range(STEPS):
        wall, cpu = time.perf_counter(), time.process_time()
        step()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return tuple(walls), tuple(cpus)

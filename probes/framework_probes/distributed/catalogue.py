"""The checks: who is asked, by which of the framework's own ways of training together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framework_probes.distributed import problem
from framework_probes.probe import Array, Arrays, Probe
from framework_probes.results import Contender, Framework, Tier

ID = "deployment.distributed"


@dataclass(frozen=True, slots=True)
class Check:
    """One way of training together: a module of ``ways``, and by whom it is done.

    ``ports`` have to be known beforehand: of the first process, or of each.
    """

    way: str
    framework: Framework
    backend: Framework | None
    tier: Tier
    ports: int
    distributions: tuple[str, ...]
    cost_s: float = 20.0

    @property
    def probe(self) -> str:
        """As results name it."""
        return ID

    @property
    def name(self) -> str:
        """As requests name it."""
        return f"{ID}/{self.way}"

    @property
    def contender(self) -> Contender:
        """As results name who did it."""
        return Contender(self.framework, self.backend, self.tier, self.way)

    @property
    def key(self) -> tuple[str, Contender]:
        """By which its result is known."""
        return self.probe, self.contender


CHECKS: tuple[Check, ...] = (
    Check("ddp", "pytorch", None, "eager", 1, ("torch",)),
    Check("multi_worker_mirrored", "tensorflow", None, "compiled", 2, ("tensorflow_cpu",)),
    Check("keras_fit", "keras", "tensorflow", "compiled", 2, ("keras", "tensorflow_cpu")),
    Check("jax_distributed", "jax", None, "compiled", 1, ("jax", "jaxlib")),
)
NAMES = (ID, *(check.name for check in CHECKS))


def _solve(inputs: Arrays) -> dict[str, Array]:
    return {"gradient": problem.reference(int(inputs["seed"][0]))}


PROBE = Probe(
    id=ID,
    title="Two processes train together",
    measures="Gradients of two processes on the loopback against one process's; time of a step.",
    shape=f"{problem.PEERS} processes; {problem.SHAPE}",
    dtype="float32",
    flops=6 * problem.BATCH * problem.HIDDEN * (problem.FEATURES + problem.OUTPUTS),
    bytes=4 * problem.HIDDEN * (problem.FEATURES + problem.OUTPUTS),
    reference_kind="none",
    criterion="deployment",
    families=(),
    tolerances={"float32": problem.TOLERANCE},
    cost_s=sum(check.cost_s for check in CHECKS),
    trains=True,
    draw=lambda generator: {"seed": generator.integers(0, 1000, 1, dtype=np.int64)},
    solve=_solve,
    builders={},
)

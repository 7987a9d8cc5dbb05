"""Training steps of whole networks: every framework takes the same one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from framework_probes import protocol
from framework_probes.catalogue import CATALOGUE
from framework_probes.process import WorkerProcess
from framework_probes.results import Tier

LIMIT = 400.0
STEPS = [id_ for id_ in CATALOGUE if "_train_step" in id_ and id_ != "cnn_train_step"]
NATIVE = [("pytorch", None, "eager"), ("tensorflow", None, "compiled"), ("jax", None, "compiled")]
KERAS = [
    ("keras", "pytorch", "eager"),
    ("keras", "tensorflow", "compiled"),
    ("keras", "jax", "compiled"),
]
SLOW = [
    ("pytorch", None, "compiled", None),
    ("tensorflow", None, "eager", None),
    ("tensorflow", None, "compiled", "xla"),
    ("jax", None, "eager", None),
    *(("keras", backend, "compiled", "fit") for backend in ("tensorflow", "jax", "pytorch")),
]
Opened = Callable[[str, str | None], WorkerProcess]


def failures(worker: WorkerProcess, tier: Tier, variant: str | None = None) -> dict[str, object]:
    """What each step was refused with, or found wrong by after it was timed."""
    found: dict[str, object] = {}
    for id_ in STEPS:
        reply = worker.ask(protocol.Prepare(id_, tier, 0, variant), LIMIT)
        if isinstance(reply, protocol.Prepared):
            reply = worker.ask(protocol.Run(tier, 0.001, variant), LIMIT)
        if isinstance(reply, protocol.Ran):
            reply = worker.ask(protocol.Check(tier, variant), LIMIT)
        if reply != protocol.Checked():
            found[id_] = reply
        worker.ask(protocol.Forget(), LIMIT)
    return found


@pytest.mark.parametrize(("framework", "backend", "tier"), NATIVE)
def test_every_step_is_right_in_every_framework(
    opened: Opened, framework: str, backend: str | None, tier: Tier
) -> None:
    assert failures(opened(framework, backend), tier) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "backend", "tier"), KERAS)
def test_every_step_is_right_in_keras_on_every_back_end(
    opened: Opened, framework: str, backend: str | None, tier: Tier
) -> None:
    assert failures(opened(framework, backend), tier) == {}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("framework", "backend", "tier", "variant"), SLOW)
def test_every_step_is_right_in_the_other_tier_and_in_variants(
    opened: Opened, framework: str, backend: str | None, tier: Tier, variant: str | None
) -> None:
    assert failures(opened(framework, backend), tier, variant) == {}

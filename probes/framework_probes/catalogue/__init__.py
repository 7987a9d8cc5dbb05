"""What is measured, in order, and the suites that choose from it. Data before code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from framework_probes.catalogue import (
    cnn_train_step,
    conv_block,
    dispatch,
    encoder_block,
    matmul,
)
from framework_probes.probe import Probe
from framework_probes.results import Tier

#: Probes by id, the most telling first: when a budget ends, the later ones are left out.
_FLOAT32: tuple[Probe, ...] = tuple(
    module.PROBE for module in (cnn_train_step, encoder_block, conv_block, matmul, dispatch)
)
#: In every other dtype that they have a tolerance for.
_OTHERS = tuple(
    probe.computed_in(dtype)
    for probe in _FLOAT32
    for dtype in probe.tolerances
    if dtype != probe.dtype
)
CATALOGUE: Mapping[str, Probe] = MappingProxyType(
    {probe.id: probe for probe in (*_FLOAT32, *_OTHERS)}
)


@dataclass(frozen=True, slots=True)
class Suite:
    """Which probes a run takes, and how thoroughly.

    Attributes:
        probes: ids, in order.
        tiers: the tiers that are timed.
        budget_s: stated upper limit of a run, start-up and compiling included.
        rounds: fewest and most rounds for one probe and replicate.
        block_s: wall seconds of one block; at least one iteration.
        probe_s: seconds of timing after which a probe stops at its fewest rounds.
        replicates: fresh processes for each contender and probe.
        fresh: whether each probe gets processes of its own, so that cold costs and peak memory
            are that probe's alone.
        without: (subject, tier, probe) left out, because it does not fit the budget.
        variants: (subject, tier, variant): further ways to do it, see ``results.Contender``.
    """

    probes: tuple[str, ...]
    tiers: tuple[Tier, ...]
    budget_s: float
    rounds: tuple[int, int]
    block_s: float
    probe_s: float
    replicates: int
    fresh: bool
    without: frozenset[tuple[str, Tier, str]] = frozenset()
    variants: tuple[tuple[str, Tier, str], ...] = ()


SUITES: Mapping[str, Suite] = MappingProxyType(
    {
        "quick": Suite(
            probes=tuple(probe.id for probe in _FLOAT32),
            tiers=("eager", "compiled"),
            budget_s=165.0,
            rounds=(8, 20),
            block_s=0.010,
            probe_s=9.0,
            replicates=1,
            fresh=False,
        ),
        "full": Suite(
            probes=tuple(CATALOGUE),
            tiers=("eager", "compiled"),
            budget_s=1200.0,
            rounds=(10, 40),
            block_s=0.010,
            probe_s=30.0,
            replicates=3,
            fresh=True,
            variants=(
                ("tensorflow", "compiled", "xla"),
                ("keras:tensorflow", "compiled", "xla"),
                ("keras:tensorflow", "compiled", "fit"),
                ("keras:jax", "compiled", "fit"),
                ("keras:pytorch", "compiled", "fit"),
                ("pytorch", "eager", "nchw"),
                ("pytorch", "compiled", "nchw"),
                ("tensorflow", "compiled", "nchw"),
                ("jax", "compiled", "nchw"),
                ("keras:tensorflow", "compiled", "nchw"),
                ("keras:jax", "compiled", "nchw"),
                ("keras:pytorch", "compiled", "nchw"),
            ),
        ),
    }
)

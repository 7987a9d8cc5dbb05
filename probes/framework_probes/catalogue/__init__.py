"""What is measured, in order, and the suites that choose from it. Data before code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from framework_probes.catalogue import (
    adam_update,
    attention,
    attention_block,
    batch_norm,
    cnn_request,
    cnn_train_step,
    conv_block,
    convolution,
    cross_entropy,
    data_loading,
    dispatch,
    embedding,
    encoder_block,
    encoder_request,
    encoder_train_step,
    equation_of_state,
    gelu,
    gru,
    layer_norm,
    lstm,
    lstm_train_step,
    matmul,
    max_pool,
    memory,
    mlp_block,
    mlp_train_step,
    recommender_train_step,
    reduction,
    resnet_train_step,
    softmax,
    transfer,
)
from framework_probes.probe import Probe
from framework_probes.results import Tier

#: What a run without much time takes: each stands for a kind of work.
_QUICK = ("cnn_train_step", "encoder_block", "conv_block", "matmul", "dispatch")
_BLOCKS = (cnn_train_step, encoder_block, conv_block, attention_block, mlp_block)
_STEPS = (
    resnet_train_step,
    encoder_train_step,
    lstm_train_step,
    mlp_train_step,
    recommender_train_step,
)
_REQUESTS = (cnn_request, encoder_request)
_OPERATIONS = (
    matmul,
    dispatch,
    attention,
    softmax,
    layer_norm,
    gelu,
    embedding,
    reduction,
    adam_update,
    equation_of_state,
    lstm,
    gru,
    max_pool,
    batch_norm,
    cross_entropy,
    convolution,
    memory,
    data_loading,
    transfer,
)
#: Probes, the most telling first: when a budget ends, the later ones are left out.
_DRAWN: tuple[Probe, ...] = tuple(
    probe for module in (*_BLOCKS, *_STEPS, *_REQUESTS, *_OPERATIONS) for probe in module.PROBES
)
#: In every other dtype that they have a tolerance for.
_OTHERS = tuple(
    probe.computed_in(dtype)
    for probe in _DRAWN
    for dtype in probe.tolerances
    if dtype != probe.dtype
)
CATALOGUE: Mapping[str, Probe] = MappingProxyType(
    {probe.id: probe for probe in (*_DRAWN, *_OTHERS)}
)
#: Taken in several fresh processes, in which a step, a block and an operation show what differs
#: from process to process, and weighed: doing so for each probe would take hours.
_THOROUGH = ("cnn_train_step", "encoder_block", "matmul")
_BRIEF = frozenset(CATALOGUE.keys() - set(_THOROUGH))
#: What takes half a minute and more of compiling alone, for each network: JAX compiles every
#: operation by itself where a step is not compiled, and inductor hands all of it to a C++ compiler.
_SLOW_TO_COMPILE: tuple[tuple[str, Tier], ...] = (
    ("jax", "eager"),
    ("keras:jax", "eager"),
    ("pytorch", "compiled"),
    ("keras:pytorch", "compiled"),
)
#: Keras' recurrent layers are a loop in Python there, and compiled step by step.
_UNROLLED = ("keras:pytorch", "compiled")
_TOO_SLOW: Mapping[tuple[str, Tier, str], str] = {
    (subject, tier, id_): (
        "compiling it takes half a minute and more; by itself: "
        f"--suite quick --budget 900 --probes {id_}"
    )
    for id_ in _BRIEF
    for subject, tier in _SLOW_TO_COMPILE
    if "_train_step" in id_ or (id_ in ("lstm", "gru") and (subject, tier) == _UNROLLED)
}


#: Of a run that takes 90 seconds, compiling these would take more than half.
_TORCH_COMPILE = (
    "torch.compile takes 6 to 18 s for a training step: measured by full, or by --suite full "
    "--probes with this one"
)
#: As ``Suite.probe_s``, of a probe that is taken briefly.
BRIEF_S = 6.0


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
        without: (subject, tier, probe) that is left out, and why, in words for a person.
        brief: of the probes, those that are taken once, in processes that they share, without the
            pass that tells memory: of them, starting processes would take most of the time.
        fewer: of some probes, so many replicates instead.
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
    without: Mapping[tuple[str, Tier, str], str] = field(default_factory=dict)
    brief: frozenset[str] = frozenset()
    fewer: Mapping[str, int] = field(default_factory=dict)
    variants: tuple[tuple[str, Tier, str], ...] = ()

    def taking(self, probe: str) -> Suite:
        """How thoroughly that probe is taken."""
        if probe not in self.brief:
            return replace(self, replicates=self.fewer.get(probe, self.replicates))
        return replace(self, probe_s=BRIEF_S, replicates=1, fresh=False)


SUITES: Mapping[str, Suite] = MappingProxyType(
    {
        "quick": Suite(
            probes=_QUICK,
            tiers=("eager", "compiled"),
            budget_s=165.0,
            rounds=(8, 30),
            block_s=0.010,
            probe_s=13.0,
            replicates=1,
            fresh=False,
            without={
                (subject, "compiled", probe): _TORCH_COMPILE
                for subject in ("pytorch", "keras:pytorch")
                for probe in _QUICK
            },
        ),
        "full": Suite(
            probes=tuple(CATALOGUE),
            tiers=("eager", "compiled"),
            budget_s=1500.0,
            rounds=(10, 40),
            block_s=0.010,
            probe_s=30.0,
            replicates=3,
            fresh=True,
            without=_TOO_SLOW,
            brief=_BRIEF,
            # Two processes show what one hides; of a third, its compiling takes a minute and a
            # half, in which all loaders, blocks and transfers are taken.
            fewer={"cnn_train_step": 2, "encoder_block": 2},
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

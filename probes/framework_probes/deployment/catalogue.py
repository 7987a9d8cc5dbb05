"""The suite as lists show it: a probe for each reference model, whose variants are the paths."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from framework_probes.catalogue import Suite
from framework_probes.deployment import SUITE
from framework_probes.deployment.models import CNN, ENCODER, ReferenceModel
from framework_probes.deployment.paths import Way, declared
from framework_probes.distributed import catalogue as distributed
from framework_probes.probe import Array, Arrays, Probe, shapes_of, total_bytes

#: Stated upper limit of a run, exports included.
BUDGET_S = 1200.0
#: Between a probe and one of its paths, where only that is asked for.
ONE_PATH = "/"


def ways_of(model: str) -> tuple[Way, ...]:
    """The paths that a model is tried on."""
    return tuple(w for w in declared().ways.values() if not w.models or model in w.models)


def _cost_s(model: str) -> float:
    """Estimated seconds for all paths: what several share is exported once."""
    ways = ways_of(model)
    shared = {
        (way.framework, way.backend, *(part.name for part in way.exporters[: number + 1])): each
        for way in ways
        for number, each in enumerate(way.exporters)
    }
    running = sum(way.runtime.cost_s for way in ways if way.runtime)
    return running + sum(part.cost_s for part in shared.values())


def _probe(model: ReferenceModel) -> Probe:
    def solve(inputs: Arrays) -> dict[str, Array]:
        return {"y": model.reference(inputs["x"].astype(np.float32), 0)}

    return Probe(
        id=f"{SUITE}.{model.id}",
        title=f"Exports of a model: {model.title}",
        measures="Each export in its target's runtime: outputs against float64, size, latency.",
        shape="x".join(map(str, (1, *model.shape))),
        dtype="float32",
        flops=model.flops,
        bytes=total_bytes(shapes_of(model.weights)),
        reference_kind="none",
        criterion="deployment",
        families=(),
        tolerances={},
        cost_s=_cost_s(model.id),
        trains=False,
        draw=lambda generator: {"x": generator.standard_normal((1, *model.shape), np.float32)},
        solve=solve,
        builders={},
    )


PROBES: Mapping[str, Probe] = MappingProxyType(
    {probe.id: probe for probe in map(_probe, (CNN, ENCODER))}
)
#: What a request may name: a probe, one path of it, or a check of training together.
NAMES: tuple[str, ...] = (
    *(
        name
        for probe in PROBES
        for name in (
            probe,
            *(f"{probe}{ONE_PATH}{way.id}" for way in ways_of(probe.removeprefix(f"{SUITE}."))),
        )
    ),
    *distributed.NAMES,
)
OF_SUITE = Suite(
    probes=(*PROBES, distributed.ID),
    tiers=("compiled",),
    budget_s=BUDGET_S,
    rounds=(1, 1),
    block_s=0.5,
    probe_s=BUDGET_S,
    replicates=1,
    fresh=True,
)

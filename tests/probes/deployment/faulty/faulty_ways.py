"""An exporter that errs as it is told, and a runtime in NumPy that computes what it wrote."""

from __future__ import annotations

import os

import ml_dtypes
import numpy as np

from framework_probes.deployment.artefacts import Artefact, Making, Served, Task
from framework_probes.deployment.models import CNN
from framework_probes.layers.recorded import Recorded, RecordedLayers
from framework_probes.probe import Array


def export(making: Making) -> Artefact:
    """The CNN's weights, with the fault that the options name."""
    fault = making.options["fault"]
    match fault:
        case "raises":
            raise ValueError("a node is missing\nand more is said of it")
        case "dies":
            os.abort()
        case "nothing":
            return Artefact()
    np.savez(making.folder / "model.npz", **_faulty(fault, CNN.drawn(making.seed)))
    return Artefact(batches=True, facts={"fault": fault})


def _faulty(fault: str, weights: dict[str, Array]) -> dict[str, Array]:
    match fault:
        case "dropped":
            return weights | {"conv2.bias": np.zeros_like(weights["conv2.bias"])}
        case "transposed":
            turned = weights["conv1.kernel"].transpose(1, 0, 2, 3)
            return weights | {"conv1.kernel": np.ascontiguousarray(turned)}
        case "bfloat16":
            narrow = {name: value.astype(ml_dtypes.bfloat16) for name, value in weights.items()}
            return {name: value.astype(np.float32) for name, value in narrow.items()}
        case "empty":
            return {name: np.zeros_like(value) for name, value in weights.items()}
        case _:
            return weights


def run(task: Task) -> Served:
    """In float64, told as float32 unless the fault is another dtype."""
    kept = np.load(task.one())
    weights = {name: Recorded(kept[name].astype(np.float64)) for name in kept.files}
    dtype = np.float64 if task.artefact.facts["fault"] == "dtype" else np.float32

    def call(rows: Array) -> Array:
        found: Recorded = CNN.network(RecordedLayers(), weights, Recorded(rows.astype(float)))
        return found.value.astype(dtype)

    return task.serve(call)

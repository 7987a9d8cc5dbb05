"""OpenVINO on the processor."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import openvino

from framework_probes.deployment.artefacts import Served, Task
from framework_probes.probe import Array


def run(task: Task) -> Served:
    """One thread, one stream; ``precision`` is its hint, without which it chooses by processor."""
    settings = {"INFERENCE_NUM_THREADS": "1", "NUM_STREAMS": "1"}
    if hint := task.options.get("precision"):
        settings["INFERENCE_PRECISION_HINT"] = hint
    start = time.perf_counter()
    core = openvino.Core()
    compiled = core.compile_model(task.folder / "model.xml", "CPU", settings)
    request = compiled.create_infer_request()

    def call(rows: Array) -> Array:
        # A copy: the next request writes into the same memory.
        return np.array(request.infer([rows])[0])

    chosen = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
    note = f"OpenVINO computed in {chosen}" + ("" if hint else ", which it chose itself")
    return replace(task.serve(call, start), notes=(note,))

"""ONNX Runtime on the processor."""

from __future__ import annotations

import time

import onnxruntime

from framework_probes.deployment.artefacts import Served, Task


def run(task: Task) -> Served:
    """One thread; the input by the name that the file gives it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    start = time.perf_counter()
    session = onnxruntime.InferenceSession(
        str(task.one()), options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    return task.serve(lambda rows: session.run(None, {name: rows})[0], start)

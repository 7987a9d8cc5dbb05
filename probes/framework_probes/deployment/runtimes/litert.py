"""LiteRT's interpreter, of ``ai-edge-litert``."""

from __future__ import annotations

import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from framework_probes.deployment.artefacts import Served, Task
from framework_probes.probe import Array, Native


def run(task: Task) -> Served:
    """One thread; what is int8 is quantized and widened by the file's own scales."""
    start = time.perf_counter()
    interpreter = Interpreter(model_path=str(task.one()), num_threads=1)
    given = interpreter.get_input_details()[0]
    interpreter.resize_tensor_input(given["index"], (1, *task.rows.shape[1:]))
    interpreter.allocate_tensors()
    given, told = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def call(rows: Array) -> Array:
        interpreter.set_tensor(given["index"], _narrowed(rows, given))
        interpreter.invoke()
        return _widened(interpreter.get_tensor(told["index"]), told)

    return task.serve(call, start)


def _narrowed(rows: Array, details: Native) -> Array:
    if details["dtype"] != np.int8:
        return rows
    scale, zero = details["quantization"]
    return np.asarray(np.clip(np.round(rows / scale + zero), -128, 127), np.int8)


def _widened(answer: Array, details: Native) -> Array:
    if details["dtype"] != np.int8:
        return answer
    scale, zero = details["quantization"]
    return np.asarray((answer.astype(np.float32) - zero) * scale, np.float32)

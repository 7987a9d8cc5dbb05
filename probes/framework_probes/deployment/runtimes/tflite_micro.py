"""TensorFlow Lite Micro's interpreter, built for this host: the microcontroller's own kernels."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from tflite_micro.python.tflite_micro import runtime

from framework_probes.deployment.artefacts import Served, Task
from framework_probes.probe import Array, Native

_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")


def run(task: Task) -> Served:
    """One row at a time, in an arena of a fixed size, as nothing is allocated on a board."""
    start = time.perf_counter()
    interpreter = runtime.Interpreter.from_file(str(task.one()))
    given, told = interpreter.get_input_details(0), interpreter.get_output_details(0)

    def call(rows: Array) -> Array:
        interpreter.set_input(_narrowed(rows, given), 0)
        interpreter.invoke()
        return _widened(interpreter.get_output(0), told)

    served = task.serve(call, start)
    said = _said_by(interpreter.print_allocations)
    found = _TOTAL.search(said)
    return replace(served, arena_bytes=int(found[1]) if found else None)


def _scale(details: Native) -> tuple[float, int]:
    parameters = details["quantization_parameters"]
    return float(parameters["scales"][0]), int(parameters["zero_points"][0])


def _narrowed(rows: Array, details: Native) -> Array:
    if details["dtype"] != np.int8:
        return rows
    scale, zero = _scale(details)
    return np.asarray(np.clip(np.round(rows / scale + zero), -128, 127), np.int8)


def _widened(answer: Array, details: Native) -> Array:
    if details["dtype"] != np.int8:
        return np.array(answer)
    scale, zero = _scale(details)
    return np.asarray((answer.astype(np.float32) - zero) * scale, np.float32)


def _said_by(act: Callable[[], object]) -> str:
    """What it writes to standard output and standard error, past Python."""
    kept = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as file:
        try:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            act()
        finally:
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            os.close(kept[0])
            os.close(kept[1])
        file.seek(0)
        return file.read().decode(errors="replace")

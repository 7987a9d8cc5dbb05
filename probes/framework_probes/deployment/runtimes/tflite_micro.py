"""TensorFlow Lite Micro's interpreter, built for this host: the microcontroller's own kernels."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from tflite_micro.python.tflite_micro import runtime

from framework_probes.deployment.artefacts import Served, Task
from framework_probes.probe import Array, Native

_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")


def run(task: Task) -> Served:
    """One row at a time, in an arena of a fixed size, as nothing is allocated on a board."""
    start = time.perf_counter()
    with heard() as lines:
        try:
            interpreter = runtime.Interpreter.from_file(str(task.one()))
        except RuntimeError as error:
            raise RuntimeError(_why(lines(), error)) from None
    given, told = interpreter.get_input_details(0), interpreter.get_output_details(0)

    def call(rows: Array) -> Array:
        interpreter.set_input(_narrowed(rows, given), 0)
        interpreter.invoke()
        return _widened(interpreter.get_output(0), told)

    served = task.serve(call, start)
    with heard() as lines:
        interpreter.print_allocations()
        found = _TOTAL.search("\n".join(lines()))
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


def _why(lines: list[str], error: RuntimeError) -> str:
    """The interpreter raises one sentence for all; what is wrong it has written before."""
    told = [line for line in lines if line.startswith(("Didn't find op", "Failed"))] or lines
    return f"{error}: {told[0]}" if told else str(error)


@contextmanager
def heard() -> Iterator[Callable[[], list[str]]]:
    """What is written to standard output and standard error meanwhile, past Python, as lines."""
    kept = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as file:

        def lines() -> list[str]:
            file.seek(0)
            said = file.read().decode(errors="replace")
            return [line.strip() for line in said.splitlines() if line.strip()]

        try:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            yield lines
        finally:
            for place, former in enumerate(kept, 1):
                os.dup2(former, place)
                os.close(former)

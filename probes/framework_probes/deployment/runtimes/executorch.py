"""ExecuTorch's runtime, from Python."""

from __future__ import annotations

import time

import torch
from executorch.runtime import Runtime

from framework_probes.deployment.artefacts import Served, Task
from framework_probes.probe import Array


def run(task: Task) -> Served:
    """One row at a time, as the program was made for one."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    program = Runtime.get().load_program(task.one())
    method = program.load_method("forward")
    if method is None:
        raise RuntimeError("the program has no method 'forward'")

    def call(rows: Array) -> Array:
        # A copy: the next call writes into the same memory.
        result: Array = method.execute((torch.from_numpy(rows),))[0].numpy().copy()
        return result

    return task.serve(call, start)

"""PyTorch loads a library that AOTInductor compiled; the model's code is not there."""

from __future__ import annotations

import time

import torch

from framework_probes.deployment.artefacts import Served, Task


def run(task: Task) -> Served:
    """One thread."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    # PyTorch's documentation names no other way to it.
    package = torch._inductor.aoti_load_package(str(task.one()))  # noqa: SLF001
    with torch.inference_mode():
        return task.serve(lambda rows: package(torch.from_numpy(rows)).numpy(), start)

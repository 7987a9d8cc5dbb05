"""PyTorch runs an exported program; the model's code is not there."""

from __future__ import annotations

import time

import torch

from framework_probes.deployment.artefacts import Served, Task


def run(task: Task) -> Served:
    """In inference mode, one thread."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    program = torch.export.load(task.one()).module()
    with torch.inference_mode():
        return task.serve(lambda rows: program(torch.from_numpy(rows)).numpy(), start)

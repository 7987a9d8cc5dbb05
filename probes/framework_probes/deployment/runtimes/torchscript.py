"""PyTorch runs a TorchScript file; the model's code is not there."""

from __future__ import annotations

import time
import warnings

import torch

from framework_probes.deployment.artefacts import Served, Task


def run(task: Task) -> Served:
    """In inference mode, one thread."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        program = torch.jit.load(task.one())
    with torch.inference_mode():
        return task.serve(lambda rows: program(torch.from_numpy(rows)).numpy(), start)

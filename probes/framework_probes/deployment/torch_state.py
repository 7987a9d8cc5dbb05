"""Weights in the neutral form, given to a torch module."""

from __future__ import annotations

import numpy as np

from framework_probes.probe import Arrays, Native


def with_state(torch: Native, module: Native, state: Arrays) -> Native:
    """A torch module with these weights, in evaluation."""
    tensors = {n: torch.from_numpy(np.ascontiguousarray(value)) for n, value in state.items()}
    module.load_state_dict(tensors)
    return module.eval()

"""Exports the trained model to ExecuTorch with the XNNPACK back end, for processors of devices."""

from pathlib import Path

import numpy as np
import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime

from data import batch

BATCH = 1
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4


def export(model: torch.nn.Module, folder: Path) -> Path:
    """Writes ``model.pte``; the batch size is fixed."""
    path = folder / "model.pte"
    example = torch.from_numpy(batch(np.random.default_rng(0), BATCH)[0])
    program = torch.export.export(model.cpu(), (example,))
    lowered = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()])
    path.write_bytes(lowered.to_executorch().buffer)
    return path


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, by ExecuTorch's runtime on this machine's processor."""
    method = Runtime.get().load_program(path).load_method("forward")
    return method.execute([torch.from_numpy(inputs)])[0].numpy()


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

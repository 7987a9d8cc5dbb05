"""Compiles the trained model ahead of time (AOTInductor); needs a C++ compiler here."""

from pathlib import Path

import numpy as np
import torch

from data import batch

BATCH = 8
#: Largest difference to the trained model, relative to its largest score.
TOLERANCE = 1e-4


def export(model: torch.nn.Module, folder: Path) -> Path:
    """Writes ``model.pt2``, compiled for this kind of machine; the batch size is fixed."""
    example = torch.from_numpy(batch(np.random.default_rng(0), BATCH)[0])
    program = torch.export.export(model.cpu(), (example,))
    path = folder.resolve() / "model.pt2"
    return Path(torch._inductor.aoti_compile_and_package(program, package_path=str(path)))


def run(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Scores, from the compiled package alone."""
    with torch.inference_mode():
        return torch._inductor.aoti_load_package(str(path))(torch.from_numpy(inputs)).numpy()


if __name__ == "__main__":
    import train

    print("wrote", export(train.train()[0], Path()))

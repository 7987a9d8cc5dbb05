"""PyTorch's ahead-of-time compiler: a shared library and its weights, in one package."""

from __future__ import annotations

import torch

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """Any number of rows; wants a C++ compiler."""
    batch = torch.export.Dim("batch", min=1, max=1024)
    example = (torch.from_numpy(making.example(2)),)
    with torch.inference_mode():
        program = torch.export.export(making.source(), example, dynamic_shapes=({0: batch},))
        # PyTorch's documentation names no other way to it.
        torch._inductor.aoti_compile_and_package(  # noqa: SLF001
            program, package_path=str(making.folder / "model.pt2")
        )
    return Artefact(batches=True, channels_first=making.channels_first)

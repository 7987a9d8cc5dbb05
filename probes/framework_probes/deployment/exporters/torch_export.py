"""PyTorch's ``torch.export``: the program with its weights, in one file."""

from __future__ import annotations

import torch

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """Any number of rows."""
    batch = torch.export.Dim("batch", min=1, max=1024)
    # Two rows: of one, the exporter takes the number for a constant.
    example = (torch.from_numpy(making.example(2)),)
    program = torch.export.export(making.source(), example, dynamic_shapes=({0: batch},))
    torch.export.save(program, making.folder / "model.pt2")
    return Artefact(batches=True, channels_first=making.channels_first)

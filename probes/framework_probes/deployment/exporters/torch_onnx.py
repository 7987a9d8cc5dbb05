"""PyTorch's ONNX exporter, the one that starts from ``torch.export``."""

from __future__ import annotations

import torch

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """Any number of rows unless ``batch`` is ``fixed``; weights inside of the file."""
    fixed = making.options.get("batch") == "fixed"
    batch = torch.export.Dim("batch", min=1, max=1024)
    program = torch.onnx.export(
        making.source(),
        (torch.from_numpy(making.example(1 if fixed else 2)),),
        dynamo=True,
        verbose=False,
        input_names=["x"],
        output_names=["y"],
        dynamic_shapes=None if fixed else ({0: batch},),
    )
    program.save(making.folder / "model.onnx", external_data=False)
    return Artefact(batches=not fixed, channels_first=making.channels_first)

"""litert-torch: from a torch module straight to a LiteRT file."""

from __future__ import annotations

import litert_torch
import torch

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """One row at a time, NCHW as the source has it."""
    converted = litert_torch.convert(making.source(), (torch.from_numpy(making.example()),))
    converted.export(str(making.folder / "model.tflite"))
    return Artefact(channels_first=making.channels_first)

"""TorchScript by tracing, which PyTorch calls deprecated."""

from __future__ import annotations

import warnings

import torch

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """Traced on one row."""
    # Its fused kernel for encoders is one that the tracer cannot check.
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.inference_mode(), warnings.catch_warnings():
        # Deprecation is said in the path's own words.
        warnings.simplefilter("ignore", DeprecationWarning)
        traced = torch.jit.trace(making.source(), torch.from_numpy(making.example()))
        torch.jit.save(traced, making.folder / "model.pt")
    return Artefact(
        batches=True,
        channels_first=making.channels_first,
        notes=("TorchScript is deprecated", "traced without PyTorch's fused encoder kernel"),
    )

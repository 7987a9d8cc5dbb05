"""OpenVINO's converter: of an ONNX file, a SavedModel, a LiteRT file, or a torch module."""

from __future__ import annotations

import openvino

from framework_probes.deployment.artefacts import Artefact, Making
from framework_probes.probe import Native


def export(making: Making) -> Artefact:
    """What the exporter before wrote, or the source itself; weights stay float32."""
    if making.before is None:
        model, artefact = _of_module(making), Artefact(channels_first=making.channels_first)
    else:
        folder, before = making.before
        files = [path for path in folder.iterdir() if path.is_file()]
        model = openvino.convert_model(files[0] if len(files) == 1 else folder)
        artefact = Artefact(batches=before.batches, channels_first=before.channels_first)
    openvino.save_model(model, making.folder / "model.xml", compress_to_fp16=False)
    return artefact


def _of_module(making: Making) -> Native:
    """By ``torch.export``: tracing would need PyTorch's fast path for attention switched off."""
    import torch

    program = torch.export.export(making.source(), (torch.from_numpy(making.example()),))
    return openvino.convert_model(program)

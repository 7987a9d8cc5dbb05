"""ExecuTorch: a program for phones and boards, by XNNPACK or its portable kernels."""

from __future__ import annotations

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower

from framework_probes.deployment.artefacts import Artefact, Making
from framework_probes.probe import Native


def export(making: Making) -> Artefact:
    """One row at a time; ``backend`` xnnpack or portable, ``precision`` int8 or float32."""
    example = (torch.from_numpy(making.example()),)
    program = torch.export.export(making.source(), example)
    if making.options.get("precision") == "int8":
        program = torch.export.export(_quantized(making, program.module()), example)
    portable = making.options.get("backend") == "portable"
    partitioners = None if portable else [XnnpackPartitioner()]
    lowered = to_edge_transform_and_lower(program, partitioner=partitioners)
    (making.folder / "model.pte").write_bytes(lowered.to_executorch().buffer)
    return Artefact(channels_first=making.channels_first)


def _quantized(making: Making, module: Native) -> Native:
    """Weights by channel and activations, both int8, by PyTorch's own way (PT2E)."""
    from executorch.backends.xnnpack.quantizer.xnnpack_quantizer import (
        XNNPACKQuantizer,
        get_symmetric_quantization_config,
    )
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

    quantizer = XNNPACKQuantizer()
    quantizer.set_global(get_symmetric_quantization_config(is_per_channel=True))
    prepared = prepare_pt2e(module, quantizer)
    with torch.no_grad():
        for row in making.calibration():
            prepared(torch.from_numpy(row[None]))
    return convert_pt2e(prepared)
